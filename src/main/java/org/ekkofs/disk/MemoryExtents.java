package org.ekkofs.disk;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Extents in memory outside Java's heap, in slabs that are allocated when first written to. */
final class MemoryExtents implements Extents {
  private static final int SLAB_BYTES = 8 << 20;

  private final IntFunction<ByteBuffer> memory;
  private final AtomicReferenceArray<@Nullable ByteBuffer> slabs;

  MemoryExtents(int extents, IntFunction<ByteBuffer> memory) {
    this.memory = memory;
    long bytes = (long) extents * BYTES;
    this.slabs = new AtomicReferenceArray<>((int) ((bytes + SLAB_BYTES - 1) / SLAB_BYTES));
  }

  @Override
  public void read(long from, int count, ByteBuffer target) {
    int done = 0;
    while (done < count) {
      long position = from + done;
      int within = (int) (position % SLAB_BYTES);
      int part = Math.min(count - done, SLAB_BYTES - within);
      target.put(target.position(), slab(position), within, part);
      target.position(target.position() + part);
      done += part;
    }
  }

  @Override
  public void write(long from, ByteBuffer source) {
    long position = from;
    while (source.hasRemaining()) {
      int within = (int) (position % SLAB_BYTES);
      int part = Math.min(source.remaining(), SLAB_BYTES - within);
      slab(position).put(within, source, source.position(), part);
      source.position(source.position() + part);
      position += part;
    }
  }

  private ByteBuffer slab(long position) {
    int number = (int) (position / SLAB_BYTES);
    ByteBuffer slab = slabs.get(number);
    if (slab != null) {
      return slab;
    }
    ByteBuffer made = memory.apply(SLAB_BYTES);
    return slabs.compareAndSet(number, null, made) ? made : slab(position);
  }

  /** The memory is freed once nobody reads it any more. */
  @Override
  public void close() {}
}
