package org.ekkofs.simulation;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.DiskSource;

/**
 * A small disk that is mostly empty: some of its blocks repeat a number, each its own. Immutable.
 *
 * @param segments how many segments of the smallest size it has
 * @param blocks the numbers, none 0, of the blocks that are not empty
 */
record SparseDisk(int segments, SortedMap<Integer, Long> blocks) {
  /** The smallest size, with blocks of 4 KiB. */
  static final SegmentSize SIZE = new SegmentSize(SegmentSize.MIN_BYTES);

  private static final int BLOCK_BYTES = SIZE.blockBytes();
  private static final byte[] EMPTY = new byte[BLOCK_BYTES];

  /** Copies the blocks. */
  SparseDisk {
    blocks = Collections.unmodifiableSortedMap(new TreeMap<>(blocks));
  }

  /** An empty one. */
  static SparseDisk empty(int segments) {
    return new SparseDisk(segments, new TreeMap<>());
  }

  /** The same disk with another number in one block; 0 empties it. */
  SparseDisk with(int block, long number) {
    TreeMap<Integer, Long> changed = new TreeMap<>(blocks);
    if (number == 0) {
      changed.remove(block);
    } else {
      changed.put(block, number);
    }
    return new SparseDisk(segments, changed);
  }

  /** A disk like this one with a few blocks changed, one of them to a number of this run. */
  SparseDisk changed(Choices choices, long number) {
    SparseDisk next = this;
    for (int n = choices.below(3); n >= 0; n--) {
      int block = choices.below(segments) * SegmentSize.BLOCKS + choices.below(3);
      next = next.with(block, choices.percent(15) ? 0 : number + n);
    }
    return next;
  }

  int bytes() {
    return segments * SIZE.bytes();
  }

  DiskGeometry geometry() {
    return new DiskGeometry(bytes(), SIZE);
  }

  /** The number that a block repeats; 0 if it is empty. */
  long number(int block) {
    return blocks.getOrDefault(block, 0L);
  }

  /** Whether this is what a block must hold. */
  boolean holds(int block, ByteBuffer bytes) {
    long number = number(block);
    if (number == 0) {
      return bytes.mismatch(ByteBuffer.wrap(EMPTY)) < 0;
    }
    for (int at = bytes.position(); at < bytes.limit(); at += Long.BYTES) {
      if (bytes.getLong(at) != number) {
        return false;
      }
    }
    return true;
  }

  /** This disk to be backed up. It knows its holes. */
  DiskSource source() {
    return new Source(this);
  }

  private record Source(SparseDisk disk) implements DiskSource {
    @Override
    public String description() {
      return "a simulated disk";
    }

    @Override
    public long size() {
      return disk.bytes();
    }

    @Override
    public void read(long offset, ByteBuffer target) {
      for (long at = offset; target.remaining() >= Long.BYTES; at += Long.BYTES) {
        target.putLong(disk.number((int) (at / BLOCK_BYTES)));
      }
    }

    @Override
    public long nextData(long offset) {
      int block = (int) (offset / BLOCK_BYTES);
      if (disk.number(block) != 0) {
        return offset;
      }
      SortedMap<Integer, Long> following = disk.blocks.tailMap(block);
      return following.isEmpty() ? size() : (long) following.firstKey() * BLOCK_BYTES;
    }

    @Override
    public long nextHole(long offset) {
      int block = (int) (offset / BLOCK_BYTES);
      while (disk.number(block) != 0) {
        block++;
      }
      return Math.min(size(), (long) block * BLOCK_BYTES);
    }

    @Override
    public void checkUnchanged() {}

    @Override
    public void close() {}
  }
}
