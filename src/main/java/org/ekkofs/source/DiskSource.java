package org.ekkofs.source;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A disk that can be read. Safe for use by many threads; {@link #close} makes what is under way
 * fail.
 */
public interface DiskSource extends AutoCloseable {
  /** What to call it in messages. */
  String description();

  /** Its size in bytes when it was opened. */
  long size();

  /**
   * Fills the target from its position to its limit; the range must lie in the disk.
   *
   * @throws org.ekkofs.model.FailedException if the bytes cannot be read, also because the disk has
   *     become shorter
   */
  void read(long offset, ByteBuffer target);

  /** How many reads at once are worth it. */
  default int parallelism() {
    return 1;
  }

  /** Which parts may differ from the backup that is to be the parent, if that is known. */
  default Optional<Changes> changes() {
    return Optional.empty();
  }

  /** The first offset at or after this one that may hold data; the size if nothing follows. */
  long nextData(long offset);

  /** The first offset after this one, which holds data, that is known to read as zeros. */
  long nextHole(long offset);

  /**
   * Says whether the disk can be trusted to have been read right.
   *
   * @throws org.ekkofs.model.FailedException if its size is no longer what it was
   */
  void checkUnchanged();

  @Override
  void close();
}
