package org.ekkofs.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.ekkofs.fuse.Mountpoints;
import org.ekkofs.model.FailedException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code umount}: ends a mount, and waits for its process. */
@Command(
    name = "umount",
    header = "Unmount, and wait until the process that served the mount has ended.",
    footer = {"", "Example:", "  ekkofs umount /mnt/backups"})
final class UmountCommand implements Action {
  private static final String PID = "ekkofs.pid";
  private static final int MAX_PID_BYTES = 20;
  private static final long ANSWER_SECONDS = 5;
  private static final long WAIT_SECONDS = 30;
  private static final long POLL_MILLIS = 10;

  @Parameters(paramLabel = "MOUNTPOINT", description = "Where it is mounted.")
  private Path mountpoint;

  @Override
  public void run(Context context) throws InterruptedException {
    if (Mountpoints.isStale(mountpoint)) {
      Mountpoints.unmount(mountpoint);
    } else {
      unmountServed();
    }
    context.say("unmounted " + mountpoint);
  }

  private void unmountServed() throws InterruptedException {
    FutureTask<Optional<String>> server = new FutureTask<>(this::server);
    Thread asking = new Thread(server, "ekkofs-umount");
    asking.setDaemon(true);
    asking.start();
    try {
      Optional<String> pid = server.get(ANSWER_SECONDS, TimeUnit.SECONDS);
      Mountpoints.unmount(mountpoint);
      if (pid.isPresent()) {
        await(pid.get());
      }
    } catch (TimeoutException stopped) {
      throw new FailedException(
          "the process that serves %s does not answer; once it is killed, umount takes the mount away"
              .formatted(mountpoint),
          stopped);
    } catch (ExecutionException e) {
      throw new FailedException("cannot unmount " + mountpoint + ": " + e.getCause(), e);
    }
  }

  /** The process that serves the mount, as the mount itself tells; empty if it is another's. */
  private Optional<String> server() {
    try {
      ByteBuffer value = ByteBuffer.allocate(MAX_PID_BYTES);
      Files.getFileAttributeView(mountpoint, UserDefinedFileAttributeView.class).read(PID, value);
      String pid = StandardCharsets.US_ASCII.decode(value.flip()).toString();
      return Optional.of(pid).filter(digits -> digits.matches("[0-9]+"));
    } catch (IOException | RuntimeException notOurs) {
      return Optional.empty();
    }
  }

  private static void await(String pid) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (runs(pid)) {
      if (System.nanoTime() > end) {
        throw new FailedException("unmounted, but process " + pid + " has not ended yet");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /**
   * Whether there is such a process; one that nobody has taken leave of yet does not count, unless
   * threads of it are left, which hold its files.
   */
  private static boolean runs(String pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc", pid, "task"))) {
      if (threads.count() > 1) {
        return true;
      }
      String stat = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
      return !stat.substring(stat.lastIndexOf(')') + 1).strip().startsWith("Z");
    } catch (IOException | UncheckedIOException gone) {
      return false;
    }
  }
}
