package org.ekkofs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {
  private static final String ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

  @Test
  void idsSurviveTextAndBytes() {
    BackupId id = BackupId.parse(ID);
    assertThat(id).hasToString(ID);
    assertThat(id.toBytes()).hasSize(16).startsWith(0x0f, 0x8f, 0xad, 0x5b).endsWith(0x0e);
    assertThat(BackupId.fromBytes(id.toBytes())).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1-1-1-1-1",
        "0F8FAD5B-D9CB-469F-A165-70867728950E",
        "0f8fad5b-d9cb-469f-a165-70867728950e ",
        "0f8fad5bd9cb469fa16570867728950e",
        "../../../etc/passwd",
        "\n"
      })
  void onlyTheCanonicalTextIsAnId(String text) {
    assertThatThrownBy(() -> BackupId.parse(text))
        .isInstanceOf(InvalidException.class)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 15, 17})
  void onlySixteenBytesAreAnId(int length) {
    assertThatThrownBy(() -> BackupId.fromBytes(new byte[length]))
        .isInstanceOf(CorruptException.class);
  }

  @Test
  void digestsSurviveTextAndBytes() {
    byte[] bytes = new byte[32];
    new Random(1).nextBytes(bytes);
    Digest digest = Digest.of(bytes);
    assertThat(Digest.parse(digest.toString())).isEqualTo(digest).hasSameHashCodeAs(digest);
    byte[] target = new byte[40];
    digest.copyTo(target, 8);
    assertThat(target).endsWith(bytes).startsWith(new byte[8]);
  }

  @Test
  void digestsDoNotShareTheirBytes() {
    byte[] bytes = new byte[32];
    Digest digest = Digest.of(bytes);
    bytes[0] = 1;
    digest.toBytes()[1] = 1;
    assertThat(digest).isEqualTo(Digest.of(new byte[32]));
  }

  @Test
  void digestsAreOrderedAsUnsignedBytes() {
    byte[] high = new byte[32];
    high[0] = (byte) 0x80;
    byte[] low = new byte[32];
    low[0] = 0x7f;
    assertThat(Digest.of(high)).isGreaterThan(Digest.of(low)).isNotEqualTo(Digest.of(low));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 31, 33})
  void onlyThirtyTwoBytesAreADigest(int length) {
    assertThatThrownBy(() -> Digest.of(new byte[length])).isInstanceOf(CorruptException.class);
    assertThatThrownBy(() -> Digest.parse("ab".repeat(length)))
        .isInstanceOf(CorruptException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "zz", "\n\n"})
  void onlyHexDigitsAreADigest(String text) {
    assertThatThrownBy(() -> Digest.parse(text))
        .isInstanceOf(CorruptException.class)
        .hasMessageNotContaining("\n");
  }

  @Test
  void slotsBeginAtOneAndHaveSixteenDigits() {
    assertThat(Slot.NONE.next()).isEqualTo(new Slot(1)).isGreaterThan(Slot.NONE);
    assertThat(new Slot(Slot.MAX).toString()).hasSize(16);
    assertThatThrownBy(() -> new Slot(Slot.MAX).next()).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> new Slot(-1)).isInstanceOf(InvalidException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 20, Integer.MAX_VALUE})
  void refusesImpossibleCompression(int level) {
    assertThatThrownBy(() -> new Compression(level)).isInstanceOf(InvalidException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 19})
  void acceptsCompression(int level) {
    assertThat(new Compression(level).level()).isEqualTo(level);
  }

  @Test
  void aChunkIsShownAsTheEndOfItsKey() {
    BackupId owner = new BackupId(UUID.fromString(ID));
    assertThat(new ChunkId(owner, new SegmentIndex(0xFFFF_FFFFL))).hasToString(ID + "/ffffffff");
    assertThat(new ChunkId(owner, new SegmentIndex(10))).hasToString(ID + "/0000000a");
  }

  @ParameterizedTest
  @CsvSource({
    "FAILED, 1, 5",
    "INVALID, 2, 22",
    "NOT_FOUND, 3, 2",
    "ALREADY_EXISTS, 4, 17",
    "REFUSED, 5, 1",
    "CORRUPT, 6, 5",
    "STORE_UNAVAILABLE, 7, 5",
    "CANCELLED, 130, 4"
  })
  void eachKindOfErrorHasItsExitStatusAndErrno(ErrorKind kind, int exitStatus, int errno) {
    assertThat(kind.exitStatus()).isEqualTo(exitStatus);
    assertThat(kind.errno()).isEqualTo(errno);
  }

  @Test
  void eachExceptionIsOfItsKind() {
    assertThat(ErrorKind.values()).hasSize(8);
    assertThat(new FailedException("").kind()).isEqualTo(ErrorKind.FAILED);
    assertThat(new InvalidException("").kind()).isEqualTo(ErrorKind.INVALID);
    assertThat(new NotFoundException("").kind()).isEqualTo(ErrorKind.NOT_FOUND);
    assertThat(new AlreadyExistsException("").kind()).isEqualTo(ErrorKind.ALREADY_EXISTS);
    assertThat(new RefusedException("").kind()).isEqualTo(ErrorKind.REFUSED);
    assertThat(new CorruptException("").kind()).isEqualTo(ErrorKind.CORRUPT);
    assertThat(new StoreUnavailableException("").kind()).isEqualTo(ErrorKind.STORE_UNAVAILABLE);
    assertThat(new CancelledException("").kind()).isEqualTo(ErrorKind.CANCELLED);
  }
}
