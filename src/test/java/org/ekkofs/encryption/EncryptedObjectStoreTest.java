package org.ekkofs.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.ekkofs.format.Sha256;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.CountingObjectStore;
import org.ekkofs.testing.MemoryObjectStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptedObjectStoreTest {
  private static final ObjectKey KEY = ObjectKey.of("trees", "web", "chunks", "a", "00000001");
  private static final ObjectKey OTHER = ObjectKey.of("trees", "db", "chunks", "a", "00000001");
  private static final UUID REPOSITORY = new UUID(1, 2);
  private static final int FIRST = 4096;
  private static final int FRAME = 65_536;
  private static final int MAX = 64 << 20;

  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final CountingObjectStore counts = new CountingObjectStore(memory);
  private final MasterKey master = new MasterKey(REPOSITORY, bytes(1, 32));
  private final EncryptedObjectStore store = over(counts, master);
  private final Random random = new Random(7);

  private static EncryptedObjectStore over(ObjectStore store, MasterKey key) {
    return new EncryptedObjectStore(store, key, new SecureRandom());
  }

  private static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private byte[] stored(ObjectKey key) {
    return memory.get(key, MAX).orElseThrow();
  }

  private byte[] put(int length) {
    byte[] content = bytes(length, length);
    store.put(KEY, Body.of(content));
    return content;
  }

  private long asked() {
    return counts.all().stream().mapToLong(CountingObjectStore.Call::bytes).sum();
  }

  private void replace(byte[] sealed) {
    memory.put(KEY, Body.of(sealed));
  }

  private void assertBroken(String what) {
    assertThatThrownBy(() -> store.get(KEY, MAX))
        .as(what)
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining(KEY + " is not what was stored there");
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        15,
        16,
        17,
        4095,
        4096,
        4097,
        69_631,
        69_632,
        69_633,
        135_168,
        135_169,
        1 << 20,
        (4 << 20) - 1,
        4 << 20,
        (4 << 20) + 1,
        5_000_000,
        (4 << 20) + FIRST,
        17 << 20
      })
  void whatWasPutIsReadWholeAndInParts(int length) {
    byte[] content = put(length);
    assertThat(stored(KEY)).hasSize((int) SealedLayout.sealed(length));
    assertThat(Arrays.equals(store.get(KEY, length).orElseThrow(), content)).isTrue();
    assertRange(content, 0, length + 1);
    for (int border : List.of(0, FIRST, FIRST + FRAME, FIRST + 2 * FRAME, length)) {
      for (int at = Math.max(0, border - 1); at <= border + 1; at++) {
        for (int count : new int[] {1, 2, FIRST, FRAME, 2 * FRAME}) {
          assertRange(content, at, count);
        }
      }
    }
  }

  @Test
  void anyRangeIsThatOfTheContent() {
    byte[] content = put(700_001);
    for (int n = 0; n < 500; n++) {
      assertRange(content, random.nextInt(710_000), 1 + random.nextInt(200_000));
    }
  }

  private void assertRange(byte[] content, int offset, int count) {
    int from = Math.min(offset, content.length);
    int to = Math.min(offset + count, content.length);
    byte[] read = store.getRange(KEY, offset, count).orElseThrow();
    assertThat(Arrays.equals(read, Arrays.copyOfRange(content, from, to)))
        .as("%d bytes at %d of %d", count, offset, content.length)
        .isTrue();
  }

  @Test
  void theBeginningTakesOneSmallRequest() {
    put(1 << 20);
    counts.reset();
    store.getRange(KEY, 0, 2072);
    assertThat(counts.count("range")).isEqualTo(1);
    assertThat(asked()).isLessThan(4200);
  }

  @Test
  void aPartTakesTheFramesItIsInAndTheNextOneNothingElse() {
    put(8 << 20);
    counts.reset();
    store.getRange(KEY, 3 << 20, 1 << 20);
    assertThat(counts.count("range")).isEqualTo(2);
    store.getRange(KEY, 4 << 20, 1 << 20);
    assertThat(counts.count("range")).isEqualTo(3);
    assertThat(asked()).isLessThan((2 << 20) + 5 * FRAME);
  }

  @Test
  void everyBitOfASmallObjectCounts() {
    put(100);
    byte[] sealed = stored(KEY);
    for (int bit = 0; bit < 8 * sealed.length; bit++) {
      replace(flipped(sealed, bit));
      assertBroken("bit " + bit);
      assertThatThrownBy(() -> store.getRange(KEY, 0, 10)).isInstanceOf(CorruptException.class);
    }
    replace(sealed);
    assertThat(store.get(KEY, 100)).isPresent();
  }

  @Test
  void bitsOfALargeObjectCount() {
    put(6 << 20);
    byte[] sealed = stored(KEY);
    for (int n = 0; n < 200; n++) {
      int bit = random.nextInt(8 * sealed.length);
      replace(flipped(sealed, bit));
      assertBroken("bit " + bit);
    }
  }

  private static byte[] flipped(byte[] sealed, int bit) {
    byte[] other = sealed.clone();
    other[bit / 8] ^= (byte) (1 << bit % 8);
    return other;
  }

  @Test
  void aDamagedFrameSpoilsTheRangesThatNeedIt() {
    byte[] content = put(FIRST + 3 * FRAME);
    byte[] sealed = stored(KEY);
    replace(flipped(sealed, 8 * (int) (SealedLayout.start(2) + 5)));
    assertRange(content, 0, FIRST + FRAME);
    assertThatThrownBy(() -> store.getRange(KEY, FIRST, FRAME + 1))
        .isInstanceOf(CorruptException.class);
    assertRange(content, FIRST + 2 * FRAME, FRAME);
  }

  @Test
  void whatIsCutShortIsNotWhatWasStored() {
    byte[] content = put(FIRST + 3 * FRAME + 100);
    byte[] sealed = stored(KEY);
    List<Long> ends = new ArrayList<>(List.of(0L, 1L, 31L, 32L, 47L, 48L));
    for (long frame = 1; frame <= 4; frame++) {
      for (int more = -1; more <= 17; more++) {
        ends.add(SealedLayout.start(frame) + more);
      }
    }
    ends.add(sealed.length - 1L);
    for (long end : ends) {
      replace(Arrays.copyOf(sealed, (int) end));
      assertBroken("cut to " + end);
      assertThatThrownBy(() -> store.getRange(KEY, content.length - 1, 1))
          .as("cut to %d", end)
          .isInstanceOf(CorruptException.class);
      assertThatThrownBy(() -> store.getRange(KEY, 0, content.length))
          .as("cut to %d", end)
          .isInstanceOf(CorruptException.class);
    }
  }

  @Test
  void whereAnObjectEndsIsBelievedOnlyIfItsLastFrameSaysSo() {
    byte[] content = put(FIRST + 2 * FRAME);
    byte[] sealed = stored(KEY);
    assertRange(content, content.length + 10, 10);
    replace(Arrays.copyOf(sealed, (int) SealedLayout.start(2)));
    for (int offset : new int[] {FIRST + FRAME - 1, FIRST + FRAME, FIRST + 2 * FRAME, MAX}) {
      assertThatThrownBy(() -> store.getRange(KEY, offset, 10))
          .as("at %d", offset)
          .isInstanceOf(CorruptException.class);
    }
  }

  @Test
  void framesStayWhereTheyAre() {
    put(FIRST + 4 * FRAME + 10);
    byte[] sealed = stored(KEY);
    assertThat(frames(sealed, 0, 1, 2, 3, 4, 5)).isEqualTo(sealed);
    int[][] orders = {
      {0, 2, 1, 3, 4, 5},
      {0, 1, 2, 4, 5},
      {0, 1, 2, 2, 3, 4, 5},
      {0, 1, 2, 3, 4, 4},
      {0, 1, 2, 3, 4, 5, 5},
      {0, 1, 2, 3, 5, 4},
      {5},
      {1, 0, 2, 3, 4, 5}
    };
    for (int[] order : orders) {
      replace(frames(sealed, order));
      assertBroken(Arrays.toString(order));
    }
    replace(Arrays.copyOf(sealed, sealed.length + 1));
    assertBroken("one byte more");
  }

  private static byte[] frames(byte[] sealed, int... order) {
    byte[] joined = Arrays.copyOf(sealed, SealedLayout.PREAMBLE_BYTES);
    for (int frame : order) {
      int from = (int) SealedLayout.start(frame);
      int to = (int) Math.min(SealedLayout.start(frame + 1), sealed.length);
      int at = joined.length;
      joined = Arrays.copyOf(joined, at + to - from);
      System.arraycopy(sealed, from, joined, at, to - from);
    }
    return joined;
  }

  @Test
  void framesOfAnEarlierObjectDoNotFit() {
    put(FIRST + 2 * FRAME);
    byte[] earlier = stored(KEY);
    put(FIRST + 2 * FRAME);
    byte[] spliced = stored(KEY);
    int from = (int) SealedLayout.start(1);
    System.arraycopy(earlier, from, spliced, from, spliced.length - from);
    replace(spliced);
    assertBroken("spliced");
  }

  @Test
  void anObjectBelongsToItsKeyAndRepository() {
    put(1000);
    byte[] sealed = stored(KEY);
    memory.put(OTHER, Body.of(sealed));
    assertThatThrownBy(() -> store.get(OTHER, MAX)).isInstanceOf(CorruptException.class);
    assertThatThrownBy(() -> store.getRange(OTHER, 0, 1)).isInstanceOf(CorruptException.class);
    MasterKey elsewhere = new MasterKey(new UUID(1, 3), master.secret());
    assertThatThrownBy(() -> over(memory, elsewhere).get(KEY, MAX))
        .isInstanceOf(CorruptException.class);
    MasterKey wrong = new MasterKey(REPOSITORY, bytes(2, 32));
    assertThatThrownBy(() -> over(memory, wrong).get(KEY, MAX))
        .isInstanceOf(CorruptException.class);
  }

  @Test
  void whatIsNotSealedIsNoContent() {
    replace(
        "{\"format\" : 1, \"type\" : \"CREATE\"} and so on, and on"
            .getBytes(StandardCharsets.UTF_8));
    assertBroken("plain");
  }

  @Test
  void equalContentNeverLooksTheSame() {
    put(1000);
    byte[] first = stored(KEY);
    put(1000);
    assertThat(stored(KEY)).hasSameSizeAs(first).isNotEqualTo(first);
    assertThat(store.seal(KEY, bytes(1000, 1000))).isNotEqualTo(stored(KEY));
  }

  @Test
  void aRecordSealedForAnotherPlaceOpensThere() {
    byte[] content = bytes(3, 300);
    byte[] sealed = store.seal(KEY, content);
    assertThat(store.open(KEY, sealed)).isEqualTo(content);
    memory.put(KEY, Body.of(sealed));
    assertThat(store.get(KEY, 300)).hasValue(content);
    assertThatThrownBy(() -> store.open(OTHER, sealed)).isInstanceOf(CorruptException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 5_000_000})
  void aBodyThatIsReadTwiceGivesTheSameBytes(int length) throws IOException {
    byte[] content = bytes(1, length);
    List<byte[]> tries = new ArrayList<>();
    EncryptedObjectStore twice =
        over(
            new ForwardingObjectStore(memory) {
              @Override
              public void put(ObjectKey key, Body body) {
                for (int n = 0; n < 2; n++) {
                  try (InputStream in = body.open()) {
                    tries.add(in.readAllBytes());
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }
                super.put(key, body);
              }
            },
            master);
    twice.put(KEY, Body.of(content));
    assertThat(tries.get(0)).isEqualTo(tries.get(1)).isEqualTo(stored(KEY));
    assertThat(store.get(KEY, length)).hasValue(content);
  }

  @Test
  void aBodyThatChangesIsNotStored() {
    byte[] content = bytes(1, 5_000_000);
    Body changing =
        new Body() {
          @Override
          public long length() {
            return content.length;
          }

          @Override
          public InputStream open() {
            content[4_500_000]++;
            return new ByteArrayInputStream(content);
          }
        };
    Body sealed = new SealedBody(KEY, changing, new Sealer(master, new SecureRandom()));
    memory.put(KEY, sealed);
    assertThatThrownBy(() -> memory.put(KEY, sealed))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("changed");
  }

  @Test
  void listingsShowWhatCannotBeSealedAsEmpty() {
    put(10);
    memory.put(OTHER, Body.of(new byte[20]));
    List<ObjectInfo> found = new ArrayList<>();
    store.list("", found::add);
    assertThat(found)
        .extracting(info -> info.key() + " " + info.length())
        .containsExactlyInAnyOrder(KEY + " 10", OTHER + " 0");
  }

  @Test
  void descriptorKeysAndProbesStayAsTheyAre() {
    for (String open : List.of("ekkofs.json", "keys/1234", "probe/1/2")) {
      ObjectKey key = new ObjectKey(open);
      byte[] content = bytes(5, 50);
      store.put(key, Body.of(content));
      assertThat(stored(key)).isEqualTo(content);
      assertThat(store.get(key, 50)).hasValue(content);
      assertThat(store.getRange(key, 10, 5)).hasValue(Arrays.copyOfRange(content, 10, 15));
    }
  }

  /** What is stored today must open for ever. */
  @Test
  void theFormatIsThis() throws IOException {
    byte[] secret = new byte[32];
    for (int i = 0; i < 32; i++) {
      secret[i] = (byte) i;
    }
    SecureRandom fixed =
        new SecureRandom() {
          private static final long serialVersionUID = 1;

          @Override
          public void nextBytes(byte[] bytes) {
            Arrays.fill(bytes, (byte) 0x5a);
          }
        };
    UUID id = UUID.fromString("8d8b889e-93c2-4d16-8813-ab7a2820cf2e");
    Sealer sealer = new Sealer(new MasterKey(id, secret), fixed);
    ObjectKey key = new ObjectKey("trees/web/log/0000000000000001");
    byte[] small = sealer.seal(key, "hello".getBytes(StandardCharsets.US_ASCII));
    assertThat(HexFormat.of().formatHex(small))
        .isEqualTo(
            "454b534f010000005a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
                + "e005ef214a4ef12d49cb04101217643969c9ae3810");
    byte[] large = sealer.seal(key, bytes(1, 200_000));
    assertThat(Sha256.of(large))
        .hasToString("71b9ec13f6d595f3203e2094d3a9e86efdd7661167eb31ec542ceaebd3fea77f");
    Body streamed = new SealedBody(key, Body.of(bytes(1, 200_000)), sealer);
    try (InputStream in = streamed.open()) {
      assertThat(in.readAllBytes()).isEqualTo(large);
    }
  }
}
