package org.ekkofs.source;

/**
 * Which parts of a disk may differ from what it was when its parent backup was taken: whatever lies
 * outside of them, and within the parent's size, reads as it did. Safe for use by many threads.
 */
public interface Changes {
  /** The first offset at or after this one that may differ; the disk's size if none does. */
  long nextChanged(long offset);

  /**
   * The first offset after this one, which may differ, that is known not to; the disk's size if
   * there is none.
   */
  long nextUnchanged(long offset);
}
