package org.ekkofs.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.SegmentSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkCodecTest {
  private static final SegmentSize SIZE = new SegmentSize(SegmentSize.MIN_BYTES);
  private static final int BLOCK = SIZE.blockBytes();
  private static final ChunkCodec CODEC = new ChunkCodec(SIZE, Compression.DEFAULT);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 19})
  void blocksComeBackAsTheyWere(int level) {
    Random random = new Random(level);
    ChunkCodec codec = new ChunkCodec(SIZE, new Compression(level));
    for (int round = 0; round < 60; round++) {
      int length = round % 3 == 0 ? SIZE.bytes() : 1 + random.nextInt(SIZE.bytes());
      byte[] segment = content(random, length + random.nextInt(10));
      SegmentHash hash = SegmentHash.of(segment, length, SIZE);
      BlockMask all = BlockMask.first(hash.blocks());
      BlockMask some = new BlockMask(random.nextLong() & random.nextLong()).and(all);
      BlockMask blocks = some.isEmpty() || round % 5 == 0 ? all : some;
      byte[] object = codec.encode(segment, length, hash, blocks);
      assertThat(object.length).isLessThanOrEqualTo(codec.maxObjectBytes());
      assertHolds(codec.decode(object), segment, length, hash, blocks);
    }
  }

  private static void assertHolds(
      Chunk chunk, byte[] segment, int length, SegmentHash hash, BlockMask blocks) {
    ChunkHeader header = chunk.header();
    assertThat(header.blocks()).isEqualTo(blocks);
    int offset = 0;
    for (int block = blocks.next(0); block < 64; block = blocks.next(block + 1)) {
      int from = block * BLOCK;
      int count = Math.min(BLOCK, length - from);
      assertThat(header.digest(block)).isEqualTo(hash.block(block));
      assertThat(header.blockOffset(block)).isEqualTo(offset);
      assertThat(header.blockLength(block)).isEqualTo(count);
      byte[] actual = new byte[count];
      chunk.copy(block, 0, count, ByteBuffer.wrap(actual));
      assertThat(actual).isEqualTo(Arrays.copyOfRange(segment, from, from + count));
      offset += count;
    }
    assertThat(header.rawLength()).isEqualTo(offset);
  }

  @Test
  void aPartOfABlockIsCopied() {
    byte[] segment = content(new Random(1), SIZE.bytes());
    Chunk chunk = CODEC.decode(encode(segment, SIZE.bytes(), BlockMask.range(2, 4)));
    ByteBuffer target = ByteBuffer.allocateDirect(100);
    chunk.copy(3, 1000, 100, target);
    byte[] actual = new byte[100];
    target.flip().get(actual);
    assertThat(actual).isEqualTo(Arrays.copyOfRange(segment, 3 * BLOCK + 1000, 3 * BLOCK + 1100));
    assertThatThrownBy(() -> chunk.copy(3, BLOCK - 1, 2, ByteBuffer.allocate(2)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> chunk.copy(5, 0, 1, ByteBuffer.allocate(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theHeaderIsReadWithoutTheData() {
    byte[] segment = content(new Random(2), SIZE.bytes());
    for (BlockMask blocks : List.of(BlockMask.first(64), BlockMask.NONE.with(63))) {
      byte[] object = encode(segment, SIZE.bytes(), blocks);
      byte[] prefix = Arrays.copyOf(object, Math.min(object.length, ChunkCodec.MAX_HEADER_BYTES));
      ChunkHeader header = CODEC.decodeHeader(prefix);
      assertThat(header.blocks()).isEqualTo(blocks);
      assertThat(header.digest(63)).isEqualTo(Sha256.of(segment, 63 * BLOCK, BLOCK));
    }
  }

  @Test
  void whatDoesNotCompressIsStoredAsItIs() {
    byte[] segment = new byte[SIZE.bytes()];
    new Random(3).nextBytes(segment);
    byte[] object = encode(segment, segment.length, BlockMask.first(64));
    assertThat(object).hasSize(ChunkCodec.MAX_HEADER_BYTES + segment.length).endsWith(segment);
    assertThat(encode(content(new Random(3), SIZE.bytes()), SIZE.bytes(), BlockMask.first(64)))
        .hasSizeLessThan(segment.length * 3 / 4);
  }

  /** The layout, byte by byte: repositories made today must be readable for ever. */
  @Test
  void theLayoutStays() {
    byte[] segment = new byte[2 * BLOCK + 3];
    segment[0] = 7;
    System.arraycopy(new byte[] {'a', 'b', 'c'}, 0, segment, 2 * BLOCK, 3);
    byte[] small = encode(segment, segment.length, BlockMask.NONE.with(2));
    assertThat(HexFormat.of().formatHex(small))
        .isEqualTo(
            "454b434b"
                + "01"
                + "00"
                + "0030"
                + "00"
                + "000000"
                + "0000000000000004"
                + "00000003"
                + "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                + "616263");

    byte[] two = encode(segment, segment.length, BlockMask.NONE.with(0).with(2));
    assertThat(HexFormat.of().formatHex(two, 0, 24))
        .isEqualTo(
            "454b434b" + "01" + "00" + "0050" + "01" + "000000" + "0000000000000005" + "00001003");
    assertThat(Zstd.decompress(Arrays.copyOfRange(two, 88, two.length), BLOCK + 3))
        .startsWith(7, 0)
        .endsWith('a', 'b', 'c')
        .hasSize(BLOCK + 3);
  }

  @Test
  void everyFlippedBitIsFound() {
    for (byte[] object : smallObjects()) {
      Chunk original = CODEC.decode(object);
      Tampering.bitFlips(object)
          .filter(bytes -> !Tampering.refused(bytes, CODEC::decode))
          .forEach(bytes -> assertSameBlocks(CODEC.decode(bytes), original));
    }
  }

  /** A zstd frame has bits that mean nothing; what is accepted must be the same data. */
  private static void assertSameBlocks(Chunk actual, Chunk expected) {
    assertThat(actual.header().blocks()).isEqualTo(expected.header().blocks());
    assertThat(raw(actual)).isEqualTo(raw(expected));
  }

  private static byte[] raw(Chunk chunk) {
    ByteBuffer target = ByteBuffer.allocate(chunk.header().rawLength());
    BlockMask blocks = chunk.header().blocks();
    for (int block = blocks.next(0); block < 64; block = blocks.next(block + 1)) {
      chunk.copy(block, 0, chunk.header().blockLength(block), target);
    }
    return target.array();
  }

  @Test
  void everyOtherLengthIsFound() {
    for (byte[] object : smallObjects()) {
      Tampering.otherLengths(object)
          .forEach(bytes -> assertThat(Tampering.refused(bytes, CODEC::decode)).isTrue());
    }
  }

  @Test
  void everyHeaderCutShortIsFound() {
    byte[] object = smallObjects().get(0);
    int header = 24 + CODEC.decodeHeader(object).blocks().count() * Digest.BYTES;
    IntStream.range(0, header)
        .mapToObj(n -> Arrays.copyOf(object, n))
        .forEach(bytes -> assertThat(Tampering.refused(bytes, CODEC::decodeHeader)).isTrue());
    CODEC.decodeHeader(Arrays.copyOf(object, header));
  }

  @Test
  void garbageIsRefused() {
    Random random = new Random(4);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      byte[] start = smallObjects().get(round % 2);
      System.arraycopy(start, 0, bytes, 0, Math.min(bytes.length, random.nextInt(24)));
      assertThat(Tampering.refused(bytes, CODEC::decode)).isTrue();
    }
  }

  @Test
  void aBombIsRefused() {
    byte[] bomb = Zstd.compress(new byte[64 << 20]);
    for (int rawLength : new int[] {1, BLOCK, Integer.MAX_VALUE, -1}) {
      assertCorrupt(object(1, 1, 1, rawLength, bomb));
    }
    byte[] twoFrames = join(Zstd.compress(new byte[BLOCK]), Zstd.compress(new byte[BLOCK]));
    assertCorrupt(object(1, 1, 1, BLOCK, twoFrames));
    assertCorrupt(object(1, 1, 3, 2 * BLOCK, twoFrames));
  }

  private static void assertCorrupt(byte[] object) {
    assertThatThrownBy(() -> CODEC.decode(object)).isInstanceOf(CorruptException.class);
  }

  @Test
  void aNewerFormatIsNamedAsSuch() {
    for (int at : new int[] {4, 5}) {
      byte[] object = smallObjects().get(0);
      object[at]++;
      assertThatThrownBy(() -> CODEC.decode(object))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("newer ekkofs");
    }
  }

  @Test
  void aChunkOfAnotherSegmentSizeIsRefused() {
    ChunkCodec large = new ChunkCodec(SegmentSize.DEFAULT, Compression.DEFAULT);
    byte[] segment = content(new Random(5), SIZE.bytes());
    byte[] object = encode(segment, segment.length, BlockMask.first(64));
    assertThatThrownBy(() -> large.decode(object)).isInstanceOf(CorruptException.class);
  }

  @Test
  void manyThreadsShareACodec() {
    byte[] segment = content(new Random(6), SIZE.bytes());
    byte[] expected = encode(segment, segment.length, BlockMask.first(64));
    boolean same =
        Stream.generate(() -> segment)
            .limit(200)
            .parallel()
            .map(bytes -> encode(bytes, bytes.length, BlockMask.first(64)))
            .peek(CODEC::decode)
            .allMatch(bytes -> Arrays.equals(bytes, expected));
    assertThat(same).isTrue();
  }

  private static List<byte[]> smallObjects() {
    byte[] segment = new byte[BLOCK + 100];
    new Random(7).nextBytes(segment);
    byte[] raw = encode(segment, segment.length, BlockMask.NONE.with(1));
    Arrays.fill(segment, 100, BLOCK, (byte) 5);
    byte[] compressed = encode(segment, segment.length, BlockMask.first(2));
    assertThat(raw[8]).isEqualTo((byte) 0);
    assertThat(compressed[8]).isEqualTo((byte) 1);
    return List.of(raw, compressed);
  }

  private static byte[] encode(byte[] segment, int length, BlockMask blocks) {
    return CODEC.encode(segment, length, SegmentHash.of(segment, length, SIZE), blocks);
  }

  private static byte[] object(int version, int codec, long mask, int rawLength, byte[] body) {
    int blocks = Long.bitCount(mask);
    ByteBuffer header = ByteBuffer.allocate(24 + 32 * blocks);
    header.put(new byte[] {'E', 'K', 'C', 'K', (byte) version, 0});
    header.putShort((short) (16 + 32 * blocks)).put((byte) codec).put((byte) 0).putShort((short) 0);
    header.putLong(mask).putInt(rawLength);
    return join(header.array(), body);
  }

  private static byte[] join(byte[] first, byte[] second) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(first);
    joined.writeBytes(second);
    return joined.toByteArray();
  }

  /** Bytes that compress to about a half. */
  private static byte[] content(Random random, int length) {
    byte[] bytes = new byte[length];
    for (int n = 0; n < length; n++) {
      bytes[n] = (byte) random.nextInt(16);
    }
    return bytes;
  }
}
