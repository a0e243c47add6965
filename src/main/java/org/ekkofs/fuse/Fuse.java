package org.ekkofs.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.source.MountInfo;
import org.ekkofs.vfs.VirtualFileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mounts trees. */
public final class Fuse {
  private static final Logger LOG = LoggerFactory.getLogger(Fuse.class);
  private static final int ANSWER_SECONDS = 15;
  private static final String READ_AHEAD_KIB = "1024";

  private Fuse() {}

  /**
   * Mounts the tree; returns once the mount has answered.
   *
   * @param mountpoint an empty directory, or a mount whose server has died
   * @throws NotFoundException if the mountpoint does not exist
   * @throws RefusedException if it is not empty or is an ekkofs mount already, or for want of
   *     rights
   * @throws FailedException if something is missing on this machine; says what to install
   */
  public static FuseMount mount(VirtualFileSystem tree, Path mountpoint, FuseOptions options) {
    Path place = Mountpoints.prepare(mountpoint);
    FuseDevice.require(place, options);
    FuseMount mount = bind(tree, place, options);
    try {
      MountInfo info = awaitAnswer(place);
      widenReadAhead(info);
      return mount;
    } catch (EkkofsException e) {
      mount.close();
      throw e;
    }
  }

  private static FuseMount bind(VirtualFileSystem tree, Path place, FuseOptions options) {
    if (options.binding() != Binding.FUSE2) {
      Optional<Fuse3Library> fuse3 = Fuse3Library.load();
      if (fuse3.isPresent()) {
        return Fuse3Mount.mount(fuse3.get(), tree, place, options);
      }
      if (options.binding() == Binding.FUSE3) {
        throw new FailedException(
            "no libfuse 3 of a known version is installed: install package fuse3");
      }
    }
    return Fuse2Library.load()
        .map(fuse2 -> (FuseMount) Fuse2Mount.mount(fuse2, tree, place, options))
        .orElseThrow(() -> new FailedException(missing(options.binding())));
  }

  private static String missing(Binding binding) {
    return binding == Binding.FUSE2
        ? "no libfuse 2.9 is installed: install package libfuse2"
        : "no libfuse is installed: install package fuse3 or libfuse2";
  }

  /**
   * Asks from another process: the question may never be answered, and a process that is killed
   * while it waits for itself never ends.
   */
  private static MountInfo awaitAnswer(Path place) {
    try {
      Process question =
          new ProcessBuilder("sh", "-c", "test -d \"$1\"", "sh", place.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!question.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
        question.destroyForcibly();
        throw new FailedException("the mount at " + place + " does not answer");
      }
      if (question.exitValue() != 0) {
        throw new FailedException("the mount at " + place + " does not show the tree");
      }
    } catch (IOException e) {
      throw new FailedException("cannot try the mount at " + place + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FailedException("interrupted while mounting at " + place, e);
    }
    return Mountpoints.find(place)
        .orElseThrow(() -> new FailedException("nothing is mounted at " + place));
  }

  /** Without it the kernel asks for 128 KiB at a time, whatever the library has agreed with it. */
  private static void widenReadAhead(MountInfo info) {
    Path setting = Path.of("/sys/class/bdi", info.device(), "read_ahead_kb");
    try {
      if (Files.isWritable(setting)) {
        Files.writeString(setting, READ_AHEAD_KIB, StandardCharsets.US_ASCII);
      }
    } catch (IOException e) {
      LOG.debug("The kernel keeps its read-ahead for {}", info.mountpoint(), e);
    }
  }
}
