package org.ekkofs.testing;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.ekkofs.source.DiskSource;
import org.ekkofs.source.ForwardingSource;

/** A disk that remembers which of its blocks of 4 KiB were read. Safe for use by many threads. */
public final class CountingSource extends ForwardingSource {
  private static final int BLOCK = 4096;

  /** Guarded by this object's lock. */
  private final BitSet read = new BitSet();

  /** Wraps a disk. */
  public CountingSource(DiskSource source) {
    super(source);
  }

  /** How many bytes were read, each counted once. */
  public synchronized long bytesRead() {
    return (long) read.cardinality() * BLOCK;
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    synchronized (this) {
      read.set((int) (offset / BLOCK), (int) ((offset + target.remaining() - 1) / BLOCK) + 1);
    }
    super.read(offset, target);
  }
}
