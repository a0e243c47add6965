package org.ekkofs.vfs;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An open file. Reads may come from many threads at once. Errors are thrown as {@link
 * ErrnoException} or {@link org.ekkofs.model.EkkofsException}.
 */
public interface OpenFile extends AutoCloseable {
  /** What {@link #readNow} answers when the bytes are not at hand. */
  int WOULD_BLOCK = -1;

  /** What lseek(2) looks for. */
  enum Seek {
    DATA,
    HOLE
  }

  /**
   * Whether the content never changes, so that the kernel may keep its pages for as long as it
   * likes. Files that are not are read and written past the page cache.
   */
  boolean immutable();

  /**
   * A local copy of the whole content that the kernel may read in our place, if there is one. It is
   * not removed while this file is open. May ask the local disk, and nobody else.
   */
  default Optional<LocalCopy> localCopy() {
    return Optional.empty();
  }

  /**
   * Whether {@link #read} may wait for as long as it takes something to happen. Such reads run on
   * threads of their own, of which there are few; the interrupt of the thread ends the wait.
   */
  default boolean waitsForEvents() {
    return false;
  }

  /**
   * Reads what is on this machine already; may read the local disk, never waits for the store.
   *
   * @param offset where to begin, in bytes
   * @param target what to fill from its position, which moves on; any kind of buffer
   * @return how many bytes were read: less than the target had room for only at the end of the
   *     file; or {@link #WOULD_BLOCK}, and then the target's position has not moved
   */
  default int readNow(long offset, ByteBuffer target) {
    return WOULD_BLOCK;
  }

  /**
   * Reads, waiting for the store if it must.
   *
   * @return how many bytes were read: less than the target had room for only at the end of the file
   * @throws InterruptedException if the thread was interrupted
   */
  int read(long offset, ByteBuffer target) throws InterruptedException;

  /**
   * Writes. The bytes are taken whole or not at all.
   *
   * @return how many bytes the source had left
   * @throws ErrnoException EROFS if the file was not opened for writing, EFBIG if it would grow too
   *     large; what was written may itself be wrong, and then this says so
   */
  default int write(long offset, ByteBuffer source) {
    throw new ErrnoException(Errno.EROFS);
  }

  /** Says whether what was written is complete and right; called on every close(2). */
  default void flush() {}

  /**
   * Finds the next data or hole at or after an offset.
   *
   * @throws ErrnoException ENXIO at or past the end of the file, or if no data follow
   */
  long seek(long offset, Seek what);

  /**
   * As {@link #seek}, but only if that needs nothing that is not on this machine.
   *
   * @return the offset, or {@link #WOULD_BLOCK}
   */
  default long seekNow(long offset, Seek what) {
    return WOULD_BLOCK;
  }

  /** Releases what the open file holds; called once, after the last reader has gone. */
  @Override
  void close();
}
