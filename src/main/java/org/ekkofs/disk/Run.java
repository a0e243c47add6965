package org.ekkofs.disk;

/**
 * A stretch of a disk, all data or all hole, from an offset up to but without another. It ends
 * where the other kind begins; it may begin earlier than {@code from}.
 */
record Run(long from, long to, boolean data) {
  boolean contains(long offset) {
    return from <= offset && offset < to;
  }
}
