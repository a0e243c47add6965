package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.ekkofs.testing.ModelDisk;

/**
 * Small disks of real data. Each differs by a few pieces, in a chain from the one before, in a star
 * from the first. For one thread.
 */
final class Generations {
  static final int BYTES = 16 << 20;

  private static final int PIECE = 4096;
  private static final int PIECES = 16;

  private final RealData data;
  private final boolean chain;
  private final Random random = new Random(5);
  private final ModelDisk first;
  private ModelDisk latest;

  Generations(RealData data, boolean chain) throws IOException {
    this.data = data;
    this.chain = chain;
    this.first = ModelDisk.empty(BYTES).write(0, read(BYTES));
    this.latest = first;
  }

  private byte[] read(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    data.read(bytes);
    return bytes.array();
  }

  /** The one that all others come from. */
  ModelDisk first() {
    return first;
  }

  /** Another one. */
  ModelDisk next() throws IOException {
    latest = (chain ? latest : first).copy();
    for (int piece = 0; piece < PIECES; piece++) {
      latest.write(random.nextInt(BYTES / PIECE) * PIECE, read(PIECE));
    }
    return latest;
  }
}
