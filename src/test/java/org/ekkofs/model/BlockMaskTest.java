package org.ekkofs.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BlockMaskTest {
  private static final long SEED = 42;

  /** The edges and many sets in between. */
  private static long[] samples() {
    Random random = new Random(SEED);
    return LongStream.concat(
            LongStream.of(
                0, 1, 2, 3, 1L << 62, 1L << 63, -1L, -2L, Long.MAX_VALUE, 0x5555555555555555L),
            random.longs(100))
        .toArray();
  }

  private static TreeSet<Integer> model(long bits) {
    TreeSet<Integer> set = new TreeSet<>();
    IntStream.range(0, 64)
        .filter(block -> BigInteger.valueOf(bits).testBit(block))
        .forEach(set::add);
    return set;
  }

  @Test
  void firstHoldsExactlyTheBlocksBelow() {
    for (int count = 0; count <= 64; count++) {
      TreeSet<Integer> expected = new TreeSet<>();
      IntStream.range(0, count).forEach(expected::add);
      assertThat(model(BlockMask.first(count).bits())).isEqualTo(expected);
    }
  }

  @Test
  void rangeHoldsBothEndsAndAllBetween() {
    for (int from = 0; from < 64; from++) {
      for (int to = from; to < 64; to++) {
        TreeSet<Integer> expected = new TreeSet<>();
        IntStream.rangeClosed(from, to).forEach(expected::add);
        assertThat(model(BlockMask.range(from, to).bits())).isEqualTo(expected);
      }
    }
  }

  @Test
  void queriesAgreeWithASetOfNumbers() {
    for (long bits : samples()) {
      BlockMask mask = new BlockMask(bits);
      TreeSet<Integer> model = model(bits);
      assertThat(mask.count()).isEqualTo(model.size());
      assertThat(mask.isEmpty()).isEqualTo(model.isEmpty());
      for (int block = 0; block < 64; block++) {
        assertThat(mask.has(block)).isEqualTo(model.contains(block));
        assertThat(mask.rank(block)).isEqualTo(model.headSet(block).size());
        Integer next = model.ceiling(block);
        assertThat(mask.next(block)).isEqualTo(next == null ? 64 : next);
      }
      assertThat(mask.next(64)).isEqualTo(64);
      assertThat(mask.next(Integer.MAX_VALUE)).isEqualTo(64);
    }
  }

  @Test
  void algebraAgreesWithSetsOfNumbers() {
    long[] samples = samples();
    for (long a : samples) {
      for (long b : samples) {
        TreeSet<Integer> or = model(a);
        or.addAll(model(b));
        TreeSet<Integer> and = model(a);
        and.retainAll(model(b));
        TreeSet<Integer> minus = model(a);
        minus.removeAll(model(b));
        BlockMask left = new BlockMask(a);
        BlockMask right = new BlockMask(b);
        assertThat(model(left.or(right).bits())).isEqualTo(or);
        assertThat(model(left.and(right).bits())).isEqualTo(and);
        assertThat(model(left.minus(right).bits())).isEqualTo(minus);
        assertThat(left.contains(right)).isEqualTo(model(a).containsAll(model(b)));
      }
    }
  }

  @Test
  void withAddsOneBlock() {
    for (int block = 0; block < 64; block++) {
      assertThat(BlockMask.NONE.with(block).next(0)).isEqualTo(block);
      assertThat(BlockMask.NONE.with(block).with(block).count()).isEqualTo(1);
      assertThat(new BlockMask(-1).with(block)).isEqualTo(new BlockMask(-1));
    }
  }

  @Test
  void isShownAsSixteenHexDigits() {
    assertThat(BlockMask.range(63, 63)).hasToString("8000000000000000");
    assertThat(BlockMask.NONE).hasToString("0000000000000000");
  }
}
