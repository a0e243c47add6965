package org.ekkofs.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.Digest;
import org.ekkofs.model.SegmentSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SegmentHashTest {
  private static final SegmentSize SIZE = new SegmentSize(SegmentSize.MIN_BYTES);
  private static final int BLOCK = SIZE.blockBytes();

  @ParameterizedTest
  @ValueSource(
      ints = {1, 4095, 4096, 4097, 100_000, SegmentSize.MIN_BYTES - 1, SegmentSize.MIN_BYTES})
  void digestsFormATwoLevelTree(int length) throws Exception {
    byte[] data = sparse(length, length);
    SegmentHash hash = SegmentHash.of(data, length, SIZE);

    MessageDigest whole = MessageDigest.getInstance("SHA-256");
    int blocks = 0;
    BlockMask nonZero = BlockMask.NONE;
    for (int from = 0; from < length; from += BLOCK, blocks++) {
      byte[] block = Arrays.copyOfRange(data, from, Math.min(length, from + BLOCK));
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(block);
      assertThat(hash.block(blocks)).isEqualTo(Digest.of(digest));
      whole.update(digest);
      if (!Arrays.equals(block, new byte[block.length])) {
        nonZero = nonZero.with(blocks);
      }
    }
    assertThat(hash.blocks()).isEqualTo(blocks);
    assertThat(hash.nonZero()).isEqualTo(nonZero);
    assertThat(hash.isZero()).isEqualTo(nonZero.isEmpty());
    assertThat(hash.digest()).isEqualTo(Digest.of(whole.digest()));
  }

  @Test
  void whatLiesBehindTheSegmentDoesNotMatter() {
    byte[] data = sparse(SIZE.bytes(), 1);
    SegmentHash exact = SegmentHash.of(Arrays.copyOf(data, 10_000), 10_000, SIZE);
    assertThat(SegmentHash.of(data, 10_000, SIZE).digest()).isEqualTo(exact.digest());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5000, SegmentSize.MIN_BYTES})
  void zerosAreKnownWithoutLooking(int length) {
    SegmentHash looked = SegmentHash.of(new byte[length], length, SIZE);
    SegmentHash known = SegmentHash.zero(length, SIZE);
    assertThat(known.isZero()).isTrue();
    assertThat(looked.isZero()).isTrue();
    assertThat(known.digest()).isEqualTo(looked.digest());
    int last = known.blocks() - 1;
    assertThat(known.block(last)).isEqualTo(Sha256.of(new byte[length - last * BLOCK]));
    assertThat(SegmentHash.zeroBlock(length - last * BLOCK)).isEqualTo(known.block(last));
  }

  @Test
  void aSingleBitMakesABlockNonZero() {
    for (int at : new int[] {0, BLOCK - 1, BLOCK, SIZE.bytes() - 1}) {
      byte[] data = new byte[SIZE.bytes()];
      data[at] = 1;
      assertThat(SegmentHash.of(data, data.length, SIZE).nonZero())
          .isEqualTo(BlockMask.NONE.with(at / BLOCK));
    }
  }

  @Test
  void blockDigestsAreCopiedComparedAndCombined() {
    byte[] data = sparse(SIZE.bytes(), 2);
    SegmentHash hash = SegmentHash.of(data, data.length, SIZE);
    byte[] digests = new byte[5 + 64 * Digest.BYTES];
    for (int block = 0; block < 64; block++) {
      hash.copyBlock(block, digests, 5 + block * Digest.BYTES);
      assertThat(hash.sameBlock(block, digests, 5 + block * Digest.BYTES)).isTrue();
    }
    assertThat(SegmentHash.combine(Arrays.copyOfRange(digests, 5, digests.length), 64))
        .isEqualTo(hash.digest());
    digests[5 + 32 * 7 + 31] ^= 1;
    assertThat(hash.sameBlock(7, digests, 5 + 7 * Digest.BYTES)).isFalse();
    assertThat(hash.sameBlock(8, digests, 5 + 8 * Digest.BYTES)).isTrue();
  }

  @Test
  void impossibleLengthsAndBlocksAreTheCallersFault() {
    byte[] data = new byte[SIZE.bytes() + 1];
    assertThatThrownBy(() -> SegmentHash.of(data, 0, SIZE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SegmentHash.of(data, data.length, SIZE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SegmentHash.zero(1, SIZE).block(1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Random bytes in about half of the blocks. */
  private static byte[] sparse(int length, long seed) {
    Random random = new Random(seed);
    byte[] data = new byte[length];
    byte[] block = new byte[BLOCK];
    for (int from = 0; from < length; from += BLOCK) {
      if (random.nextBoolean()) {
        random.nextBytes(block);
        System.arraycopy(block, 0, data, from, Math.min(BLOCK, length - from));
      }
    }
    return data;
  }
}
