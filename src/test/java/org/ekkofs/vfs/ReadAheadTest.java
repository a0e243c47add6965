package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.vfs.ReadAhead.Range;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
  private static final int SEGMENT = SegmentSize.DEFAULT.bytes();
  private static final int PIECE = 128 << 10;

  private final ReadAhead readAhead = of(100, SegmentSize.DEFAULT);

  private static ReadAhead of(long segments, SegmentSize size) {
    return new ReadAhead(new DiskGeometry(segments * size.bytes(), size));
  }

  private List<Range> forward(long from, long to) {
    List<Range> ranges = new ArrayList<>();
    for (long offset = from * SEGMENT; offset < to * SEGMENT; offset += PIECE) {
      ranges.add(readAhead.reading(offset, PIECE));
    }
    ranges.removeIf(Range::isEmpty);
    return ranges;
  }

  @Test
  void theWindowDoublesFromSegmentToSegment() {
    assertThat(forward(0, 6))
        .containsExactly(
            new Range(2, 3), new Range(3, 5), new Range(5, 8), new Range(8, 13), new Range(13, 14));
  }

  @Test
  void eachSegmentIsFetchedOnceAndNoneBeyondTheEnd() {
    List<Long> fetched =
        forward(0, 100).stream()
            .flatMap(range -> LongStream.range(range.from(), range.to()).boxed())
            .toList();

    assertThat(fetched).containsExactlyElementsOf(LongStream.range(2, 100).boxed().toList());
  }

  @Test
  void readsInsideOneSegmentFetchNothing() {
    Random random = new Random(3);
    for (int n = 0; n < 100; n++) {
      assertThat(readAhead.reading(7L * SEGMENT + random.nextInt(SEGMENT - 4096), 4096).isEmpty())
          .isTrue();
    }
  }

  @Test
  void aJumpClosesTheWindow() {
    forward(0, 5);

    assertThat(readAhead.reading(50L * SEGMENT, PIECE).isEmpty()).isTrue();
    assertThat(forward(51, 52)).containsExactly(new Range(52, 53));
  }

  @Test
  void readsALittleOutOfOrderStillGoForward() {
    forward(0, 3);
    Range ahead = readAhead.reading(3L * SEGMENT, PIECE);
    readAhead.reading(2L * SEGMENT + PIECE, PIECE);

    assertThat(ahead.isEmpty()).isFalse();
    assertThat(readAhead.reading(4L * SEGMENT, PIECE).isEmpty()).isFalse();
  }

  @Test
  void largeSegmentsHaveANarrowWindow() {
    ReadAhead large = of(100, new SegmentSize(SegmentSize.MAX_BYTES));
    long fetched = 0;
    for (long segment = 0; segment < 10; segment++) {
      Range range = large.reading(segment * SegmentSize.MAX_BYTES, PIECE);
      fetched = Math.max(fetched, range.isEmpty() ? 0 : range.to() - segment - 1);
    }

    assertThat(fetched).isEqualTo(2);
  }
}
