package org.ekkofs.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.SegmentIndex;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.RoaringBitmap;

class ReferencesTest {
  private static final BackupId LOW = id("00000000-0000-0000-0000-000000000001");
  private static final BackupId HIGH = id("ffffffff-0000-0000-0000-000000000002");

  @Test
  void chunksComeBack() {
    Random random = new Random(1);
    Set<ChunkId> chunks = new HashSet<>();
    References.Builder builder = References.builder();
    for (int owner = 0; owner < 20; owner++) {
      BackupId id = new BackupId(new UUID(random.nextLong(), random.nextLong()));
      long at = random.nextLong(SegmentIndex.MAX / 2);
      for (int n = 0; n < 5000; n++) {
        at += random.nextInt(owner < 5 ? 2 : 100_000);
        ChunkId chunk = chunk(id, at);
        chunks.add(chunk);
        builder.add(chunk);
      }
    }
    References references = References.decode(builder.build().encode());
    assertThat(references.count()).isEqualTo(chunks.size());
    assertThat(chunks).allMatch(references::contains);
    assertThat(references.owners()).hasSize(20);
    for (BackupId owner : references.owners()) {
      references
          .segments(owner)
          .forEach(
              (int segment) ->
                  assertThat(chunks.contains(chunk(owner, Integer.toUnsignedLong(segment))))
                      .isTrue());
    }
  }

  @Test
  void theHighestSegmentIsThere() {
    References references = References.builder().add(chunk(LOW, SegmentIndex.MAX)).build();
    References read = References.decode(references.encode());
    assertThat(read.contains(chunk(LOW, SegmentIndex.MAX))).isTrue();
    assertThat(read.contains(chunk(LOW, 0))).isFalse();
    assertThat(read.contains(chunk(HIGH, SegmentIndex.MAX))).isFalse();
  }

  @Test
  void nothingCanBeReferredTo() {
    References none = References.decode(References.builder().build().encode());
    assertThat(none.count()).isZero();
    assertThat(none.owners()).isEmpty();
    assertThat(none.segments(LOW).isEmpty()).isTrue();
  }

  @Test
  void whatIsHandedOutIsACopy() {
    References.Builder builder = References.builder().add(chunk(LOW, 5));
    References references = builder.build();
    builder.add(chunk(LOW, 6));
    references.segments(LOW).add(7);
    assertThat(references.count()).isEqualTo(1);
    assertThatThrownBy(() -> references.owners().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void theLayoutStays() {
    byte[] bytes =
        References.builder()
            .add(chunk(HIGH, 9))
            .add(chunk(LOW, 1))
            .add(chunk(LOW, 2))
            .build()
            .encode();
    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "454b5246"
                + "01"
                + "000000"
                + "00000002"
                + "00000000000000000000000000000001"
                + "00000014"
                + "3a300000"
                + "01000000"
                + "0000"
                + "0100"
                + "10000000"
                + "0100"
                + "0200"
                + "ffffffff000000000000000000000002"
                + "00000012"
                + "3a300000"
                + "01000000"
                + "0000"
                + "0000"
                + "10000000"
                + "0900");
  }

  @Test
  void aLongRunTakesAFewBytes() {
    References.Builder builder = References.builder();
    for (int n = 0; n < 1_000_000; n++) {
      builder.add(chunk(LOW, n));
    }
    assertThat(builder.build().encode()).hasSizeLessThan(400);
  }

  /**
   * References are vouched for by a digest in the log; here, only nothing unforeseen may happen.
   */
  @Test
  void flippedBitsNeverDoAnythingUnforeseen() {
    objects()
        .flatMap(bytes -> Tampering.bitFlips(bytes, 1 + bytes.length / 200))
        .filter(bytes -> !Tampering.refused(bytes, References::decode))
        .forEach(bytes -> assertThat(References.decode(bytes).encode()).isEqualTo(bytes));
  }

  @Test
  void everyOtherLengthIsFound() {
    objects()
        .flatMap(Tampering::otherLengths)
        .forEach(bytes -> assertThat(Tampering.refused(bytes, References::decode)).isTrue());
  }

  @Test
  void disorderIsRefused() {
    byte[] bitmap = bitmap(3);
    References.decode(object(2, LOW, bitmap, HIGH, bitmap));
    assertCorrupt(object(2, HIGH, bitmap, LOW, bitmap));
    assertCorrupt(object(2, LOW, bitmap, LOW, bitmap));
    assertCorrupt(object(2, LOW, bitmap, HIGH, bitmap()));
    assertCorrupt(object(1, LOW, bitmap, HIGH, bitmap));
    assertCorrupt(object(3, LOW, bitmap, HIGH, bitmap));
    assertCorrupt(object(-1, LOW, bitmap, HIGH, bitmap));
  }

  private static void assertCorrupt(byte[] bytes) {
    assertThatThrownBy(() -> References.decode(bytes)).isInstanceOf(CorruptException.class);
  }

  @Test
  void aNewerFormatIsNamedAsSuch() {
    byte[] bytes = References.builder().build().encode();
    bytes[4]++;
    assertThatThrownBy(() -> References.decode(bytes))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("newer ekkofs");
  }

  /** One with each kind of container: few values, many values, runs. */
  private static Stream<byte[]> objects() {
    Random random = new Random(2);
    References.Builder few = References.builder().add(chunk(LOW, 3)).add(chunk(HIGH, 1 << 20));
    References.Builder runs = References.builder();
    References.Builder many = References.builder();
    for (int n = 0; n < 1000; n++) {
      runs.add(chunk(LOW, n / 100 * 70_000 + n));
    }
    for (int n = 0; n < 30_000; n++) {
      many.add(chunk(LOW, random.nextInt(65_536)));
    }
    return Stream.of(few, runs, many).map(builder -> builder.build().encode());
  }

  private static byte[] object(
      int count, BackupId first, byte[] firstBitmap, BackupId second, byte[] secondBitmap) {
    ByteBuffer bytes = ByteBuffer.allocate(12 + 40 + firstBitmap.length + secondBitmap.length);
    bytes.put(new byte[] {'E', 'K', 'R', 'F', 1, 0, 0, 0}).putInt(count);
    for (Object[] owner :
        List.of(new Object[] {first, firstBitmap}, new Object[] {second, secondBitmap})) {
      byte[] bitmap = (byte[]) owner[1];
      bytes.put(((BackupId) owner[0]).toBytes()).putInt(bitmap.length).put(bitmap);
    }
    return bytes.array();
  }

  private static byte[] bitmap(int... segments) {
    RoaringBitmap bitmap = RoaringBitmap.bitmapOf(segments);
    ByteBuffer bytes = ByteBuffer.allocate(bitmap.serializedSizeInBytes());
    bitmap.serialize(bytes);
    return bytes.array();
  }

  private static ChunkId chunk(BackupId owner, long segment) {
    return new ChunkId(owner, new SegmentIndex(segment));
  }

  private static BackupId id(String text) {
    return BackupId.parse(text);
  }
}
