package org.ekkofs.source;

/** Which ranges of a disk may differ from its parent. Safe for use by many threads. */
public interface Changes {
  /** The first offset at or after this one that may differ from the parent; the size if none. */
  long nextChanged(long offset);

  /**
   * The first offset after this one, which is changed, that is known not to differ from the parent;
   * the size if none.
   */
  long nextUnchanged(long offset);
}
