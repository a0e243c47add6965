package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadAheadTest {
  private static final int MIB = 1 << 20;
  private static final long PLENTY = 64L << 20;

  /** A disk, what of it is at hand, and what read-ahead makes of the reads. */
  private static final class Reading {
    final DiskGeometry geometry;
    final ReadAhead readAhead;
    final Set<Long> atHand = new HashSet<>();
    final Set<Long> zero = new HashSet<>();
    final Set<Long> fetched = new TreeSet<>();
    final Queue<Long> underWay = new ArrayDeque<>();

    /** After so many reads what is being fetched arrives. */
    int latency;

    int waits;
    int refetched;

    Reading(long mib, int segmentBytes, long maxBytes) {
      geometry = new DiskGeometry(mib * MIB, new SegmentSize(segmentBytes));
      readAhead = new ReadAhead(geometry, maxBytes);
    }

    static Reading of(long mib) {
      return new Reading(mib, MIB, PLENTY);
    }

    void read(long offset, int count) {
      while (underWay.size() > latency) {
        arrive();
      }
      long last = (offset + count - 1) / geometry.segmentSize().bytes();
      boolean waited = false;
      for (long at = offset / geometry.segmentSize().bytes(); at <= last; at++) {
        waited |= !zero.contains(at) && atHand.add(at);
      }
      waits += waited ? 1 : 0;
      if (readAhead.reading(offset, count, waited)) {
        fetch();
      }
    }

    private void arrive() {
      long segment = underWay.remove();
      if (segment >= 0) {
        atHand.add(segment);
        readAhead.arrived(segment);
      }
    }

    private void fetch() {
      for (Optional<ReadAhead.Wish> wish = readAhead.wish();
          wish.isPresent();
          wish = readAhead.wish()) {
        long segment = wish.get().from();
        while (zero.contains(segment)) {
          segment++;
        }
        if (readAhead.take(wish.get(), segment)) {
          refetched += fetched.add(segment) ? 0 : 1;
          underWay.add(segment);
        }
      }
    }

    void forward(long from, long to, int piece) {
      for (long at = from; at < to; at += piece) {
        read(at, (int) Math.min(piece, to - at));
      }
    }
  }

  private static long mib(long count) {
    return count * MIB;
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 65536, 128 << 10, MIB, 3 * MIB})
  void aForwardReaderHardlyWaitsAfterItsFirstSegments(int piece) {
    Reading reading = Reading.of(200);
    reading.forward(0, mib(200), piece);

    assertThat(reading.waits).isLessThanOrEqualTo(6);
    assertThat(reading.fetched).hasSizeGreaterThan(190).allMatch(segment -> segment < 200);
    assertThat(reading.refetched).isZero();
  }

  @Test
  void theWindowDoublesWithEachSegmentThatIsWaitedFor() {
    Reading reading = Reading.of(1000);
    List<Integer> ahead = new ArrayList<>();
    for (int segment = 0; segment < 12; segment++) {
      reading.readAhead.reading(mib(segment), MIB / 2, true);
      reading.readAhead.reading(mib(segment) + MIB / 2, MIB / 2, true);
      reading.fetch();
      ahead.add(reading.fetched.isEmpty() ? 0 : (int) (highest(reading) - segment));
    }

    assertThat(ahead).containsExactly(0, 4, 8, 16, 32, 64, 64, 64, 64, 64, 64, 64);
  }

  private static long highest(Reading reading) {
    return reading.fetched.stream().mapToLong(segment -> segment).max().orElse(0);
  }

  @Test
  void theWindowStaysWhileEverythingIsAtHand() {
    Reading reading = Reading.of(1000);
    reading.forward(0, mib(100), MIB);
    assertThat(highest(reading)).isBetween(100L, 103L);
    assertThat(reading.waits).isEqualTo(3);
  }

  @Test
  void nothingIsFetchedForAReaderThatNeverWaits() {
    Reading reading = Reading.of(100);
    for (long segment = 0; segment < 100; segment++) {
      reading.atHand.add(segment);
    }
    reading.forward(0, mib(100), 128 << 10);

    assertThat(reading.fetched).isEmpty();
  }

  @Test
  void aReaderThatReachesWhatIsNotAtHandOpensTheWindow() {
    Reading reading = Reading.of(100);
    for (long segment = 0; segment < 50; segment++) {
      reading.atHand.add(segment);
    }
    reading.forward(0, mib(100), 128 << 10);

    assertThat(reading.fetched).hasSize(49);
    assertThat(reading.waits).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "1048576,67108864,64",
    "262144,67108864,64",
    "16777216,67108864,4",
    "1048576,5000000,4",
    "1048576,10,1"
  })
  void theWindowIsBoundedBySegmentsAndBytes(int segmentBytes, long maxBytes, int most) {
    Reading reading = new Reading(4000, segmentBytes, maxBytes);
    int ahead = 0;
    for (long at = 0; at < mib(2000); at += MIB) {
      reading.readAhead.reading(at, MIB, true);
      reading.fetch();
      if (!reading.fetched.isEmpty()) {
        ahead = (int) Math.max(ahead, highest(reading) - (at + MIB - 1) / segmentBytes);
      }
    }

    assertThat(ahead).isEqualTo(most);
  }

  @Test
  void whatArrivedAndIsGoneAgainNarrowsTheWindow() {
    Reading reading = Reading.of(3000);
    for (int segment = 0; segment < 20; segment++) {
      reading.readAhead.reading(mib(segment), MIB, true);
      reading.fetch();
    }
    while (!reading.underWay.isEmpty()) {
      reading.arrive();
    }
    reading.readAhead.reading(mib(20), MIB, false);
    for (int segment = 21; segment < 30; segment++) {
      reading.readAhead.reading(mib(segment), MIB, true);
    }
    reading.fetch();
    assertThat(highest(reading)).as("nothing beyond what was fetched before").isLessThan(84);
  }

  /** The worst an ordinary program does: 16 threads, each with the next 2 MiB, out of step. */
  @ParameterizedTest
  @CsvSource({"1,131072", "2,1048576", "8,131072", "16,131072", "16,1048576"})
  void readsOutOfOrderAreOneStream(int threads, int piece) {
    Reading reading = Reading.of(1000);
    Random random = new Random(threads);
    long handedOut = 0;
    List<long[]> parts = new ArrayList<>();
    while (handedOut < mib(1000) || !parts.isEmpty()) {
      while (parts.size() < threads && handedOut < mib(1000)) {
        parts.add(new long[] {handedOut, handedOut + 2 * MIB});
        handedOut += 2 * MIB;
      }
      long[] part = parts.get(random.nextInt(parts.size()));
      reading.read(part[0], piece);
      part[0] += piece;
      parts.removeIf(each -> each[0] == each[1]);
    }

    assertThat(reading.waits).isLessThan(100);
    assertThat(reading.fetched).hasSizeGreaterThan(850);
    assertThat(reading.refetched).isLessThan(50);
  }

  @Test
  void pairsThatArriveTheWrongWayRoundAreAStream() {
    Reading reading = Reading.of(100);
    for (int pair = 0; pair < 50; pair++) {
      reading.read(mib(2 * pair + 1), MIB);
      reading.read(mib(2 * pair), MIB);
    }

    assertThat(reading.waits).isLessThan(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8})
  void interleavedStreamsAreToldApart(int streams) {
    Reading reading = Reading.of(1000L * streams);
    Random random = new Random(streams);
    long[] at = new long[streams];
    for (int n = 0; n < 200 * streams; n++) {
      int stream = random.nextInt(streams);
      reading.read(mib(1000L * stream) + at[stream], MIB);
      at[stream] += MIB;
    }

    assertThat(reading.waits).isLessThanOrEqualTo(6 * streams);
    assertThat(reading.fetched).hasSizeGreaterThan(180 * streams);
  }

  @Test
  void streamsShareWhatMayLieAhead() {
    Reading reading = Reading.of(4000);
    for (int segment = 0; segment < 40; segment++) {
      for (int stream = 0; stream < 4; stream++) {
        reading.readAhead.reading(mib(1000 * stream + segment), MIB, true);
        reading.fetch();
      }
    }
    for (int stream = 0; stream < 4; stream++) {
      long end = mib(1000L * stream + 40) / MIB;
      assertThat(reading.fetched).contains(end + 15);
    }
    long unread = reading.fetched.stream().filter(segment -> segment % 1000 >= 40).count();
    assertThat(unread).isLessThanOrEqualTo(64 + 3 * 16);
  }

  @ParameterizedTest
  @CsvSource({
    "4096,4",
    "4096,64",
    "4096,10000",
    "65536,2",
    "65536,4",
    "65536,16",
    "65536,64",
    "65536,10000"
  })
  void aRandomReaderCausesNoReadAhead(int piece, long mib) {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Reading reading = Reading.of(mib);
      long places = mib(mib) / piece;
      for (int n = 0; n < 10_000; n++) {
        reading.atHand.clear();
        reading.read((long) (random.nextDouble() * places) * piece, piece);
      }
      assertThat(reading.fetched).as("seed " + seed).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"4096,1", "4096,8", "65536,1", "65536,2", "65536,8", "65536,32"})
  void aRandomReaderWithAHotAreaCausesNoReadAhead(int piece, long hotMib) {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Reading reading = Reading.of(500);
      for (int n = 0; n < 10_000; n++) {
        reading.atHand.clear();
        boolean hot = random.nextInt(10) > 0;
        long places = mib(hot ? hotMib : 500) / piece;
        long offset = hot ? mib(100) : 0;
        reading.read(offset + (long) (random.nextDouble() * places) * piece, piece);
      }
      assertThat(reading.fetched).as("seed " + seed).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 65536, 128 << 10, MIB})
  void aBackwardReaderCausesNoReadAhead(int piece) {
    Reading reading = Reading.of(100);
    for (long at = mib(100) - piece; at >= 0; at -= piece) {
      reading.read(at, piece);
    }

    assertThat(reading.fetched).isEmpty();
  }

  /** As tac(1) does, and the kernel for it. */
  @ParameterizedTest
  @ValueSource(ints = {128 << 10, 512 << 10, MIB})
  void aBackwardReaderWhoseBlocksAreReadForwardCausesNoReadAhead(int block) {
    Reading reading = Reading.of(100);
    for (long at = mib(100) - block; at >= 0; at -= block) {
      reading.forward(at, at + block, 64 << 10);
    }

    assertThat(reading.fetched).isEmpty();
  }

  @Test
  void everySegmentInARandomOrderCausesLittleReadAhead() {
    Reading reading = Reading.of(1000);
    List<Long> order = new ArrayList<>();
    for (long segment = 0; segment < 1000; segment++) {
      order.add(segment);
    }
    Collections.shuffle(order, new Random(5));
    order.forEach(segment -> reading.read(mib(segment), MIB));

    assertThat(reading.fetched).hasSizeLessThan(30);
  }

  @Test
  void aRandomReaderBesideAStreamDoesNotEndIt() {
    Reading reading = Reading.of(10_000);
    Random random = new Random(9);
    int streamWaits = 0;
    for (int segment = 0; segment < 300; segment++) {
      int before = reading.waits;
      reading.read(mib(segment), MIB);
      streamWaits += reading.waits - before;
      for (int n = 0; n < 20; n++) {
        reading.read((long) (random.nextDouble() * 2_000_000) * 4096, 4096);
      }
    }

    assertThat(streamWaits).isLessThan(30);
    assertThat(reading.fetched).hasSizeBetween(250, 450);
  }

  @Test
  void zerosArePassedOverAndDoNotCount() {
    Reading reading = Reading.of(1000);
    for (long segment = 0; segment < 1000; segment++) {
      if (segment % 50 > 3) {
        reading.zero.add(segment);
      }
    }
    reading.forward(0, mib(1000), MIB);

    assertThat(reading.waits).isLessThanOrEqualTo(4);
    assertThat(reading.fetched).hasSizeGreaterThan(75).noneMatch(reading.zero::contains);
  }

  @Test
  void aReaderThatIsToldOfHolesStaysOneStream() {
    Reading reading = Reading.of(20_000);
    for (long segment = 0; segment < 20_000; segment++) {
      if (segment % 100 != 0) {
        reading.zero.add(segment);
      }
    }
    for (long segment = 0; segment < 20_000; segment += 100) {
      reading.forward(mib(segment), mib(segment) + (300 << 10), 100 << 10);
      reading.readAhead.skipping(mib(segment) + (300 << 10), mib(segment + 100));
    }

    assertThat(reading.waits).isLessThanOrEqualTo(8);
    assertThat(reading.fetched).hasSizeGreaterThan(190);
  }

  @Test
  void whoeverWastesMostIsGivenNoMore() {
    Reading reading = Reading.of(100_000);
    for (int file = 0; file < 100; file++) {
      reading.forward(mib(1000L * file), mib(1000L * file) + 3 * MIB, MIB);
    }
    assertThat(reading.fetched).hasSizeLessThan(60);
    int wasted = reading.fetched.size();
    reading.forward(mib(500), mib(700), MIB);
    assertThat(reading.fetched.size() - wasted).as("and earns it back").isGreaterThan(120);
  }

  @Test
  void nothingIsFetchedPastTheEnd() {
    Reading reading = new Reading(10, 4 * MIB, PLENTY);
    reading.forward(0, mib(10), 128 << 10);
    assertThat(reading.readAhead.reading(mib(10), 10, true)).isFalse();
    assertThat(reading.readAhead.reading(Long.MAX_VALUE, 10, true)).isFalse();
    assertThat(reading.readAhead.reading(5, 0, true)).isFalse();
    assertThat(reading.fetched).containsExactly(1L, 2L);
  }

  @Test
  void aWishThatWasOvertakenIsNotTaken() {
    Reading reading = Reading.of(100);
    for (int segment = 0; segment < 3; segment++) {
      reading.readAhead.reading(mib(segment), MIB, true);
    }
    ReadAhead.Wish wish = reading.readAhead.wish().orElseThrow();
    reading.readAhead.reading(mib(3), MIB, true);

    assertThat(reading.readAhead.take(wish, wish.from())).isFalse();
    assertThat(reading.readAhead.wish().orElseThrow().from()).isEqualTo(4);
  }
}
