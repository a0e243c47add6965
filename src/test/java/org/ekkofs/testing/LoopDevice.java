package org.ekkofs.testing;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A block device made of a file; a test that may not make one is skipped. */
public record LoopDevice(Path device) implements AutoCloseable {
  /** Attaches a file to the first free device. */
  public static LoopDevice attach(Path file) throws IOException {
    Process losetup =
        new ProcessBuilder("losetup", "--find", "--show", file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String device = new String(losetup.getInputStream().readAllBytes()).strip();
    Assumptions.assumeTrue(device.startsWith("/dev/"), "making a loop device needs root");
    return new LoopDevice(Path.of(device));
  }

  @Override
  public void close() {
    if (!TinyFilesystem.run("losetup", "-d", device.toString())) {
      throw new AssertionError("cannot detach " + device);
    }
  }
}
