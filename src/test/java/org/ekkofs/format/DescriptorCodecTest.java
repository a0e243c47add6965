package org.ekkofs.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.RepositoryDescriptor;
import org.junit.jupiter.api.Test;

class DescriptorCodecTest {
  private static final RepositoryDescriptor DESCRIPTOR =
      new RepositoryDescriptor(
          UUID.fromString("6f1c2a7e-0000-4000-8000-000000000001"),
          Instant.parse("2026-11-23T12:00:00Z"),
          LogPlace.STORE,
          false);
  private static final String TEXT =
      """
      {
        "format" : 1,
        "repository" : "6f1c2a7e-0000-4000-8000-000000000001",
        "created" : "2026-11-23T12:00:00Z",
        "log" : "store"
      }
      """;

  @Test
  void theLayoutStays() {
    assertThat(new String(DescriptorCodec.encode(DESCRIPTOR), StandardCharsets.UTF_8))
        .isEqualTo(TEXT);
    assertThat(decode(TEXT)).isEqualTo(DESCRIPTOR);
  }

  @Test
  void anotherPlaceOfTheLogAndEncryptionAreSaid() {
    RepositoryDescriptor single =
        new RepositoryDescriptor(
            DESCRIPTOR.id(), DESCRIPTOR.created(), new LogPlace.SingleWriter("backup1"), true);
    assertThat(new String(DescriptorCodec.encode(single), StandardCharsets.UTF_8))
        .contains("\"log\" : \"single-writer\"")
        .contains("\"writer\" : \"backup1\"")
        .contains("\"encrypted\" : true");
    assertThat(DescriptorCodec.decode(DescriptorCodec.encode(single))).isEqualTo(single);
    RepositoryDescriptor database =
        new RepositoryDescriptor(
            DESCRIPTOR.id(),
            DESCRIPTOR.created(),
            new LogPlace.Database("postgresql://db1/ekkofs"),
            false);
    assertThat(new String(DescriptorCodec.encode(database), StandardCharsets.UTF_8))
        .contains("\"database\" : \"postgresql://db1/ekkofs\"");
    assertThat(DescriptorCodec.decode(DescriptorCodec.encode(database))).isEqualTo(database);
  }

  @Test
  void aNewerFormatIsRefusedByItsNumber() {
    assertThatThrownBy(() -> decode("{\"format\":2,\"new\":true}"))
        .isInstanceOf(RefusedException.class)
        .hasMessage("this repository has format 2, which needs a newer ekkofs");
  }

  @Test
  void everyTamperingIsRefusedOrSaysSomethingElse() {
    byte[] bytes = DescriptorCodec.encode(DESCRIPTOR);
    Tampering.bitFlips(bytes)
        .filter(flipped -> !Tampering.refused(flipped, DescriptorCodec::decode))
        .forEach(flipped -> assertThat(DescriptorCodec.decode(flipped)).isNotNull());
    Tampering.otherLengths(bytes)
        .filter(other -> !Tampering.refused(other, DescriptorCodec::decode))
        .forEach(other -> assertThat(DescriptorCodec.decode(other)).isEqualTo(DESCRIPTOR));
  }

  @Test
  void everyFieldIsChecked() {
    assertCorrupt("");
    assertCorrupt(TEXT.replace("\"format\" : 1", "\"format\" : 0"));
    assertCorrupt(TEXT.replace("6f1c2a7e-", ""));
    assertCorrupt(TEXT.replace("T12:00", "T25:00"));
    assertCorrupt(TEXT.replace("\"store\"", "\"elsewhere\""));
    assertCorrupt(TEXT.replace("\"log\"", "\"more\" : 1, \"log\""));
  }

  private static void assertCorrupt(String text) {
    assertThatThrownBy(() -> decode(text))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("descriptor");
  }

  private static RepositoryDescriptor decode(String text) {
    return DescriptorCodec.decode(text.getBytes(StandardCharsets.UTF_8));
  }
}
