package org.ekkofs.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CorruptException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentShapeTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyPartOfASegmentReadsAsItIs(long seed) {
    Random random = new Random(seed);
    int length = 1 + random.nextInt(Segments.SIZE.bytes());
    int blocks = (length - 1) / Segments.SIZE.blockBytes() + 1;
    BlockMask mask =
        new BlockMask(random.nextLong() | 1L << random.nextInt(blocks))
            .and(BlockMask.first(blocks));
    Segments.Known known = Segments.of(seed, length, mask);

    for (int n = 0; n < 200; n++) {
      int from = random.nextInt(length);
      int count = random.nextInt(length - from + 1);
      ByteBuffer target = ByteBuffer.allocate(count);
      known.data().read(from, count, target);
      assertThat(target.hasRemaining()).isFalse();
      assertThat(Arrays.mismatch(target.array(), 0, count, known.bytes(), from, from + count))
          .as("%d bytes from %d", count, from)
          .isNegative();
    }
  }

  @Test
  void onlyTheBlocksThatAreThereTakeRoom() {
    int block = Segments.SIZE.blockBytes();
    assertThat(new SegmentShape(new BlockMask(0b101), block, 64 * block).dataBytes())
        .isEqualTo(2 * block);
    assertThat(new SegmentShape(new BlockMask(0b101), block, 2 * block + 5).dataBytes())
        .isEqualTo(block + 5);
    assertThat(new SegmentShape(new BlockMask(0b001), block, 2 * block + 5).dataBytes())
        .isEqualTo(block);
  }

  @Test
  void impossibleShapesAreRefused() {
    assertRefused(new BlockMask(0), 4096, 4096);
    assertRefused(new BlockMask(2), 4096, 4096);
    assertRefused(new BlockMask(1), 4096, 65 * 4096);
    assertRefused(new BlockMask(1), 0, 4096);
    assertRefused(new BlockMask(1), 4096, 0);
    assertRefused(new BlockMask(1), Integer.MIN_VALUE, Integer.MAX_VALUE);
    assertRefused(new BlockMask(1), 512 << 10, 32 << 20);
  }

  private static void assertRefused(BlockMask blocks, int blockBytes, int length) {
    assertThatThrownBy(() -> new SegmentShape(blocks, blockBytes, length))
        .isInstanceOf(CorruptException.class);
  }
}
