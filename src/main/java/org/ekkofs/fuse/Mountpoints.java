package org.ekkofs.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.ekkofs.model.Causes;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.source.MountInfo;

/** What is mounted where, and how to end it. */
public final class Mountpoints {
  /** The type that mounts of ekkofs have in the kernel's table. */
  public static final String TYPE = "fuse.ekkofs";

  private static final int FUSERMOUNT_SECONDS = 30;
  private static final int ANSWER_SECONDS = 5;

  /** More than sizeof(struct statfs). */
  private static final int STATFS_SIZE = 256;

  private Mountpoints() {}

  /** The mountpoints of all ekkofs mounts that this process can see, stale ones included. */
  public static List<Path> list() {
    return ekkofs().stream().map(MountInfo::mountpoint).toList();
  }

  /**
   * Whether this is an ekkofs mount whose server is gone: every access fails with ENOTCONN. One
   * that does not answer within some seconds counts as served.
   */
  public static boolean isStale(Path mountpoint) {
    Path place = canonical(mountpoint);
    if (!list().contains(place)) {
      return false;
    }
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    Workers.named("ekkofs-mount-check-")
        .newThread(() -> answer.complete(isDisconnected(place)))
        .start();
    return answer.completeOnTimeout(false, ANSWER_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Asks by statfs(2), which the kernel never answers from what it remembers. */
  private static boolean isDisconnected(Path place) {
    NativeBlock statfs = NativeBlock.allocate(STATFS_SIZE);
    return statfs.lend(at -> Libc.calls().statfs(place.toString(), at)) != 0
        && (Libc.errno() == Libc.ENOTCONN || Libc.errno() == Libc.ECONNABORTED);
  }

  /**
   * Unmounts; its server then ends by itself. A stale mount is taken away even while files are open
   * in it.
   *
   * @throws NotFoundException if no ekkofs mount is there
   * @throws RefusedException if somebody uses it
   * @throws FailedException if the kernel or fusermount say no for another reason
   */
  public static void unmount(Path mountpoint) {
    Path place = canonical(mountpoint);
    if (!list().contains(place)) {
      throw new NotFoundException("no ekkofs is mounted at " + mountpoint);
    }
    detach(place, isStale(place));
  }

  /**
   * Makes sure that something can be mounted here; takes away a stale mount that is in the way.
   *
   * @return the place as the kernel will call it
   */
  static Path prepare(Path mountpoint) {
    Path place = canonical(mountpoint);
    while (list().contains(place)) {
      if (!isStale(place)) {
        throw new RefusedException(mountpoint + " is in use: an ekkofs is mounted there already");
      }
      detach(place, true);
    }
    if (!Files.exists(place)) {
      throw new NotFoundException("the mountpoint " + mountpoint + " does not exist");
    }
    if (!Files.isDirectory(place)) {
      throw new InvalidException("the mountpoint " + mountpoint + " is not a directory");
    }
    requireEmpty(place);
    return place;
  }

  /** The mount of ekkofs that is on top at the place, if there is one. */
  static Optional<MountInfo> find(Path place) {
    return ekkofs().stream()
        .filter(mount -> mount.mountpoint().equals(place))
        .reduce((lower, upper) -> upper);
  }

  private static List<MountInfo> ekkofs() {
    return MountInfo.all().stream().filter(mount -> mount.type().equals(TYPE)).toList();
  }

  private static void requireEmpty(Path place) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(place)) {
      if (entries.iterator().hasNext()) {
        throw new RefusedException(
            "the mountpoint " + place + " is not empty; mounting would hide what is in it");
      }
    } catch (IOException e) {
      throw new FailedException(
          "cannot look into the mountpoint " + place + ": " + Causes.of(e), e);
    }
  }

  /** Resolves links, but asks nothing of the mountpoint itself if it does not answer. */
  private static Path canonical(Path mountpoint) {
    Path absolute = mountpoint.toAbsolutePath().normalize();
    try {
      return absolute.toRealPath();
    } catch (IOException stale) {
      return canonicalParent(absolute);
    }
  }

  private static Path canonicalParent(Path absolute) {
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      return absolute;
    }
    try {
      return parent.toRealPath().resolve(name);
    } catch (IOException e) {
      return absolute;
    }
  }

  static void detach(Path place, boolean lazily) {
    if (Libc.calls().geteuid() != 0) {
      fusermount(place, lazily);
    } else if (Libc.calls().umount2(place.toString(), lazily ? Libc.MNT_DETACH : 0) != 0) {
      throw refusal(place, Libc.errno());
    }
  }

  private static EkkofsException refusal(Path place, int errno) {
    return switch (errno) {
      case Libc.EBUSY -> busy(place);
      case Libc.EINVAL -> new NotFoundException("nothing is mounted at " + place);
      default -> new FailedException("cannot unmount " + place + ": error number " + errno);
    };
  }

  private static RefusedException busy(Path place) {
    return new RefusedException(
        place + " is busy: files in it are open, or it is somebody's working directory");
  }

  private static void fusermount(Path place, boolean lazily) {
    Path program =
        FuseDevice.fusermount()
            .orElseThrow(
                () -> new FailedException("cannot unmount: install fusermount3 (package fuse3)"));
    List<String> command =
        lazily
            ? List.of(program.toString(), "-u", "-z", "--", place.toString())
            : List.of(program.toString(), "-u", "--", place.toString());
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(FUSERMOUNT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new FailedException("cannot unmount " + place + ": fusermount does not answer");
      }
      if (process.exitValue() != 0) {
        throw said.contains("busy")
            ? busy(place)
            : new FailedException("cannot unmount " + place + ": " + said.strip());
      }
    } catch (IOException e) {
      throw new FailedException("cannot run " + program + ": " + Causes.of(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FailedException("interrupted while unmounting " + place, e);
    }
  }
}
