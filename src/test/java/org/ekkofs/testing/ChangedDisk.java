package org.ekkofs.testing;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.source.Changes;
import org.ekkofs.source.ForwardingSource;

/**
 * A model as a source that says by sectors what has changed, and counts what is read of it. What is
 * said is the test's business, and may be wrong. Safe for use by many threads.
 */
public final class ChangedDisk extends ForwardingSource implements Changes {
  private static final int SECTOR = 512;

  private final int parallelism;
  private final BitSet changed = new BitSet();
  private final AtomicLong read = new AtomicLong();

  /** A disk of which nothing has changed yet. */
  public ChangedDisk(ModelDisk model, int parallelism) {
    super(model.source(true));
    this.parallelism = parallelism;
  }

  /** Says that the sectors of this range may have changed. */
  public ChangedDisk changed(long offset, long length) {
    changed.set((int) (offset / SECTOR), (int) ((offset + length + SECTOR - 1) / SECTOR));
    return this;
  }

  /** How many bytes were read. */
  public long readBytes() {
    return read.get();
  }

  @Override
  public Optional<Changes> changes() {
    return Optional.of(this);
  }

  @Override
  public long nextChanged(long offset) {
    int sector = changed.nextSetBit((int) (offset / SECTOR));
    return sector < 0 ? size() : Math.min(size(), Math.max(offset, (long) sector * SECTOR));
  }

  @Override
  public long nextUnchanged(long offset) {
    return Math.min(size(), (long) changed.nextClearBit((int) (offset / SECTOR)) * SECTOR);
  }

  @Override
  public int parallelism() {
    return parallelism;
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    read.addAndGet(target.remaining());
    super.read(offset, target);
  }
}
