package org.ekkofs.testing;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;
import org.ekkofs.source.Changes;
import org.ekkofs.source.DiskSource;

/** A disk that remembers which of its blocks of 4 KiB were read. Safe for use by many threads. */
public final class CountingSource implements DiskSource {
  private static final int BLOCK = 4096;

  private final DiskSource source;

  /** Guarded by this object's lock. */
  private final BitSet read = new BitSet();

  /** Wraps a disk. */
  public CountingSource(DiskSource source) {
    this.source = source;
  }

  /** How many bytes were read, each counted once. */
  public synchronized long bytesRead() {
    return (long) read.cardinality() * BLOCK;
  }

  @Override
  public String description() {
    return source.description();
  }

  @Override
  public long size() {
    return source.size();
  }

  @Override
  public int parallelism() {
    return source.parallelism();
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    synchronized (this) {
      read.set((int) (offset / BLOCK), (int) ((offset + target.remaining() - 1) / BLOCK) + 1);
    }
    source.read(offset, target);
  }

  @Override
  public Optional<Changes> changes() {
    return source.changes();
  }

  @Override
  public long nextData(long offset) {
    return source.nextData(offset);
  }

  @Override
  public long nextHole(long offset) {
    return source.nextHole(offset);
  }

  @Override
  public void checkUnchanged() {
    source.checkUnchanged();
  }

  @Override
  public void close() {
    source.close();
  }
}
