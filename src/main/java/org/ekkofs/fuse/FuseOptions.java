package org.ekkofs.fuse;

import java.time.Duration;
import org.ekkofs.model.InvalidException;

/**
 * How to mount.
 *
 * @param binding which library to use
 * @param allowOther whether users other than the one who mounts may look in
 * @param fsname what df and mount show as the source
 * @param loopThreads how many threads of the libfuse 3 binding may take requests, 1 to 64; they
 *     never wait for a store, and there are as few as will do
 * @param readThreads how many reads of the libfuse 3 binding may wait for a store at once, 1 to
 *     512; more queue
 * @param fuse2ValidFor how long the kernel remembers names and attributes under libfuse 2, which
 *     has only one time for all of them
 */
public record FuseOptions(
    Binding binding,
    boolean allowOther,
    String fsname,
    int loopThreads,
    int readThreads,
    Duration fuse2ValidFor) {
  private static final int MAX_LOOP_THREADS = 64;
  private static final int MAX_READ_THREADS = 512;

  /**
   * Checks the ranges.
   *
   * @throws InvalidException if a number is out of range, or the name empty or not printable
   */
  public FuseOptions {
    check("loop threads", loopThreads, MAX_LOOP_THREADS);
    check("read threads", readThreads, MAX_READ_THREADS);
    if (fsname.isEmpty() || fsname.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidException("the name of the file system is empty or not printable");
    }
    if (fuse2ValidFor.isNegative()) {
      throw new InvalidException("the time that names are valid for is negative");
    }
  }

  private static void check(String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new InvalidException("%d %s: it must be 1 to %d".formatted(value, what, max));
    }
  }

  /**
   * Any binding, for the mounting user only, 400 waiting reads at once, names good for a second.
   */
  public static FuseOptions defaults() {
    int loops =
        Math.max(16, Math.min(MAX_LOOP_THREADS, Runtime.getRuntime().availableProcessors()));
    return new FuseOptions(Binding.AUTO, false, "ekkofs", loops, 400, Duration.ofSeconds(1));
  }

  /** The same with another binding. */
  public FuseOptions withBinding(Binding other) {
    return new FuseOptions(other, allowOther, fsname, loopThreads, readThreads, fuse2ValidFor);
  }

  /** The same with others let in, or not. */
  public FuseOptions withAllowOther(boolean allow) {
    return new FuseOptions(binding, allow, fsname, loopThreads, readThreads, fuse2ValidFor);
  }

  /** The same under another name. */
  public FuseOptions withFsname(String name) {
    return new FuseOptions(binding, allowOther, name, loopThreads, readThreads, fuse2ValidFor);
  }
}
