package org.ekkofs.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import org.ekkofs.format.KeyDescription.OfFile;
import org.ekkofs.format.KeyDescription.OfPassphrase;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyCodecTest {
  private static KeyObject key(KeyDescription.Derivation derivation, String label) {
    KeyDescription description =
        new KeyDescription(
            "0123456789abcdef",
            new UUID(1, 2),
            Instant.parse("2026-11-23T12:00:00Z"),
            "backup1",
            label,
            derivation,
            "00".repeat(16));
    return new KeyObject(description, Digest.of(new byte[32]), "ab".repeat(48));
  }

  private static String text(KeyObject key) {
    return new String(KeyCodec.encode(key), StandardCharsets.UTF_8);
  }

  @Test
  void theLayoutStays() {
    assertThat(text(key(OfPassphrase.RECOMMENDED, "the safe")))
        .startsWith(
            """
            {
              "format" : 1,
              "key" : "0123456789abcdef",
              "repository" : "00000000-0000-0001-0000-000000000002",
              "created" : "2026-11-23T12:00:00Z",
              "host" : "backup1",
              "label" : "the safe",
              "kind" : "passphrase",
              "memory" : 65536,
              "passes" : 3,
              "lanes" : 4,
              "salt" : "00000000000000000000000000000000",
              "verifier" : "00000000""");
    assertThat(text(key(new OfFile(), ""))).contains("\"kind\" : \"file\",\n  \"salt\"");
  }

  @Test
  void whatIsWrittenIsRead() {
    for (KeyObject key :
        new KeyObject[] {key(OfPassphrase.RECOMMENDED, "é – 1"), key(new OfFile(), "")}) {
      assertThat(KeyCodec.decode(KeyCodec.encode(key))).isEqualTo(key);
    }
  }

  @Test
  void whateverIsTamperedWithIsRefused() {
    byte[] bytes = KeyCodec.encode(key(OfPassphrase.RECOMMENDED, "x"));
    // A digit in upper case is the same digit.
    KeyObject right = KeyCodec.decode(bytes);
    Consumer<byte[]> notRight = other -> refuse(KeyCodec.decode(other), right);
    assertThat(Tampering.bitFlips(bytes)).allMatch(other -> Tampering.refused(other, notRight));
    assertThat(Tampering.otherLengths(bytes).filter(other -> other.length < bytes.length - 1))
        .allMatch(other -> Tampering.refused(other, KeyCodec::decode));
  }

  private static void refuse(KeyObject decoded, KeyObject right) {
    if (decoded.equals(right)) {
      throw new CorruptException("nothing has changed");
    }
  }

  @Test
  void aNewerFormatIsRefused() {
    String newer = text(key(new OfFile(), "")).replace("\"format\" : 1", "\"format\" : 2");
    assertThatThrownBy(() -> KeyCodec.decode(newer.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(RefusedException.class);
  }

  @ParameterizedTest
  @CsvSource({"31,1,4", "131073,3,4", "65536,0,4", "65536,17,4", "65536,3,0", "65536,3,17"})
  void whatWouldTakeTooLongOrTooMuchIsNoKey(int memory, int passes, int lanes) {
    assertThatThrownBy(() -> new OfPassphrase(memory, passes, lanes))
        .isInstanceOf(InvalidException.class);
    String hostile =
        text(key(OfPassphrase.RECOMMENDED, ""))
            .replace("\"memory\" : 65536", "\"memory\" : " + memory)
            .replace("\"passes\" : 3", "\"passes\" : " + passes)
            .replace("\"lanes\" : 4", "\"lanes\" : " + lanes);
    assertThatThrownBy(() -> KeyCodec.decode(hostile.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("out of range");
  }

  @Test
  void aLabelIsShortAndVisible() {
    for (String label : new String[] {"a\nb", "x".repeat(65), "a\u001bb", "a\u202eb"}) {
      assertThatThrownBy(() -> key(new OfFile(), label)).isInstanceOf(InvalidException.class);
    }
  }
}
