package org.ekkofs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskGeometryTest {
  private static final int MIB = 1 << 20;

  private static DiskGeometry geometry(long bytes) {
    return new DiskGeometry(bytes, SegmentSize.DEFAULT);
  }

  @Test
  void anEmptyDiskHasNoSegments() {
    assertThat(geometry(0).segments()).isZero();
    assertThatThrownBy(() -> geometry(0).length(new SegmentIndex(0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDiskOfOneByteHasOneSegmentOfOneBlockOfOneByte() {
    DiskGeometry one = geometry(1);
    assertThat(one.segments()).isEqualTo(1);
    assertThat(one.length(new SegmentIndex(0))).isEqualTo(1);
    assertThat(one.blocks(1)).isEqualTo(1);
    assertThat(one.blockLength(0, 1)).isEqualTo(1);
  }

  @Test
  void exactMultiplesHaveNoShortSegment() {
    DiskGeometry three = geometry(3L * MIB);
    assertThat(three.segments()).isEqualTo(3);
    assertThat(three.length(new SegmentIndex(2))).isEqualTo(MIB);
    assertThat(three.blocks(MIB)).isEqualTo(64);
    assertThat(three.blockLength(63, MIB)).isEqualTo(16 << 10);
    assertThatThrownBy(() -> three.length(new SegmentIndex(3)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void oneByteMoreMakesAnotherSegment() {
    DiskGeometry more = geometry(3L * MIB + 1);
    assertThat(more.segments()).isEqualTo(4);
    assertThat(more.length(new SegmentIndex(3))).isEqualTo(1);
    assertThat(more.offset(new SegmentIndex(3))).isEqualTo(3L * MIB);
  }

  @Test
  void segmentsAndBlocksPartitionTheDisk() {
    for (long bytes : new long[] {1, 16383, 16384, 16385, MIB - 1, MIB, MIB + 1, 5_000_001}) {
      DiskGeometry geometry = geometry(bytes);
      long total = 0;
      for (long n = 0; n < geometry.segments(); n++) {
        SegmentIndex segment = new SegmentIndex(n);
        assertThat(geometry.offset(segment)).isEqualTo(total);
        int length = geometry.length(segment);
        for (int block = 0; block < geometry.blocks(length); block++) {
          assertThat(geometry.blockLength(block, length)).isPositive();
          total += geometry.blockLength(block, length);
        }
        assertThat(geometry.segmentAt(total - 1)).isEqualTo(segment);
      }
      assertThat(total).isEqualTo(bytes);
    }
  }

  @Test
  void theLargestDiskHasTheHighestSegmentNumber() {
    SegmentSize size = new SegmentSize(SegmentSize.MAX_BYTES);
    long largest = (SegmentIndex.MAX + 1) * size.bytes();
    DiskGeometry geometry = new DiskGeometry(largest, size);
    assertThat(geometry.segments()).isEqualTo(SegmentIndex.MAX + 1);
    assertThat(geometry.segmentAt(largest - 1).value()).isEqualTo(SegmentIndex.MAX);
    assertThat(geometry.length(new SegmentIndex(SegmentIndex.MAX))).isEqualTo(size.bytes());
  }

  @Test
  void refusesDisksWithTooManySegments() {
    assertThatThrownBy(() -> geometry((SegmentIndex.MAX + 1) * MIB + 1))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("choose larger segments");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, (1L << 62) + 1, Long.MAX_VALUE})
  void refusesImpossibleSizes(long bytes) {
    assertThatThrownBy(() -> geometry(bytes)).isInstanceOf(InvalidException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, -1, Integer.MIN_VALUE, 128 << 10, 32 << 20, (1 << 20) + 1, 3 << 20})
  void refusesImpossibleSegmentSizes(int bytes) {
    assertThatThrownBy(() -> new SegmentSize(bytes)).isInstanceOf(InvalidException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {256 << 10, 1 << 20, 16 << 20})
  void aBlockIsA64thOfASegment(int bytes) {
    assertThat(new SegmentSize(bytes).blockBytes() * 64).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 1L << 32, Long.MAX_VALUE})
  void refusesImpossibleSegmentNumbers(long value) {
    assertThatThrownBy(() -> new SegmentIndex(value)).isInstanceOf(InvalidException.class);
  }
}
