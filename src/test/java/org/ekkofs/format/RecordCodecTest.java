package org.ekkofs.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.Copied;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Origin;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoredObject;
import org.ekkofs.model.WriterProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecTest {
  private static final BackupId BACKUP = BackupId.parse("90aa3c1e-7f61-4d2b-9f0a-0c6b1f6d2a11");
  private static final BackupId PARENT = BackupId.parse("11111111-2222-4333-8444-555555555555");
  private static final UUID NONCE = UUID.fromString("6f1c2a7e-0000-4000-8000-000000000001");
  private static final UUID PREVIOUS = UUID.fromString("b7d2e9a0-0000-4000-8000-000000000002");
  private static final Instant TIME = Instant.parse("2026-11-23T12:00:00.123456789Z");
  private static final WriterProcess WRITER =
      new WriterProcess("wéb1 \"x\"\n", "", 4711, 1_790_000_000_000L);

  static Stream<LogEvent> events() {
    StoredObject manifest = new StoredObject(Sha256.of(new byte[1]), 1000, 1L << 40);
    StoredObject references = new StoredObject(Sha256.of(new byte[2]), 0, 0);
    return Stream.of(
        new LogEvent.Create(SegmentSize.DEFAULT, new Compression(0)),
        new LogEvent.Intent(BACKUP, new BackupName("a:b@c+d"), Optional.of(PARENT), WRITER),
        new LogEvent.Intent(BACKUP, new BackupName("x"), Optional.empty(), WRITER),
        copy(Optional.empty()),
        copy(Optional.of(PARENT)),
        new LogEvent.Commit(
            BACKUP, manifest, references, new BackupFigures(Long.MAX_VALUE, 4, 3, 2, 1)),
        new LogEvent.Revoke(BACKUP),
        new LogEvent.Hide(BACKUP),
        new LogEvent.Unhide(BACKUP, new BackupName("back-again")),
        new LogEvent.Protect(BACKUP),
        new LogEvent.Unprotect(BACKUP),
        new LogEvent.Plan(Sha256.of(new byte[3]), new Slot(17), List.of(BACKUP, PARENT), 1L << 40),
        new LogEvent.Plan(Sha256.of(new byte[3]), Slot.NONE, List.of(), 0),
        new LogEvent.Swept(Sha256.of(new byte[3])),
        new LogEvent.Verified(5, List.of(BACKUP), List.of(PARENT)));
  }

  private static LogEvent copy(Optional<BackupId> continues) {
    Origin origin = new Origin(NONCE, PARENT, TIME);
    return new LogEvent.Intent(
        BACKUP,
        new BackupName("x"),
        Optional.empty(),
        WRITER,
        Optional.of(new Copied(origin, continues)));
  }

  @ParameterizedTest
  @MethodSource("events")
  void recordsComeBackAsTheyWere(LogEvent event) {
    LogRecord record = record(event);
    byte[] bytes = RecordCodec.encode(record);
    assertThat(RecordCodec.decode(bytes)).isEqualTo(record);
    assertThat(bytes).endsWith('}', '\n').hasSizeLessThan(RecordCodec.MAX_BYTES);
  }

  @ParameterizedTest
  @MethodSource("events")
  void everyTamperingIsRefusedOrSaysSomethingElse(LogEvent event) {
    LogRecord record = record(event);
    byte[] bytes = RecordCodec.encode(record);
    Tampering.bitFlips(bytes)
        .filter(flipped -> !Tampering.refused(flipped, RecordCodec::decode))
        .forEach(flipped -> assertThat(RecordCodec.decode(flipped)).isNotNull());
    Tampering.otherLengths(bytes)
        .filter(other -> !Tampering.refused(other, RecordCodec::decode))
        .forEach(other -> assertThat(RecordCodec.decode(other)).isEqualTo(record));
  }

  @Test
  void theLongestListsFitIntoARecord() {
    List<BackupId> most = Collections.nCopies(LogEvent.MAX_BACKUPS, BACKUP);
    LogRecord plan =
        record(new LogEvent.Plan(Sha256.of(new byte[3]), new Slot(1), most, Long.MAX_VALUE));
    assertThat(RecordCodec.decode(RecordCodec.encode(plan))).isEqualTo(plan);
    LogRecord verified =
        record(new LogEvent.Verified(100, most.subList(1, most.size()), List.of(BACKUP)));
    assertThat(RecordCodec.decode(RecordCodec.encode(verified))).isEqualTo(verified);
  }

  @Test
  void longerListsAreRefused() {
    List<BackupId> tooMany = Collections.nCopies(LogEvent.MAX_BACKUPS + 1, BACKUP);
    LogRecord plan = record(new LogEvent.Plan(Sha256.of(new byte[3]), new Slot(1), tooMany, 0));
    assertThatThrownBy(() -> RecordCodec.encode(plan)).isInstanceOf(CorruptException.class);
  }

  @Test
  void theLayoutStays() {
    LogEvent event =
        new LogEvent.Intent(
            BACKUP,
            new BackupName("monday"),
            Optional.of(PARENT),
            new WriterProcess("h", "b", 1, 2));
    assertThat(new String(RecordCodec.encode(record(event)), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {
              "format" : 1,
              "type" : "INTENT",
              "nonce" : "6f1c2a7e-0000-4000-8000-000000000001",
              "previous" : "b7d2e9a0-0000-4000-8000-000000000002",
              "time" : "2026-11-23T12:00:00.123456789Z",
              "host" : "web1",
              "backup" : "90aa3c1e-7f61-4d2b-9f0a-0c6b1f6d2a11",
              "name" : "monday",
              "parent" : "11111111-2222-4333-8444-555555555555",
              "writer" : {
                "host" : "h",
                "bootId" : "b",
                "pid" : 1,
                "startedMillis" : 2
              }
            }
            """);
  }

  @Test
  void whatANewerEkkofsWroteIsNamedAsSuch() {
    for (String change : List.of("\"format\" : 2", "\"format\" : 9000000000")) {
      assertRefused(hide().replace("\"format\" : 1", change), "newer ekkofs");
    }
    assertRefused(hide().replace("HIDE", "FREEZE"), "newer ekkofs");
    assertRefused("{\"format\":2,\"anything\":[]}", "newer ekkofs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "1",
        "{",
        "{}",
        "{\"format\":1}",
        "{\"format\":0}",
        "{\"format\":-1}",
        "{\"format\":1.0}",
        "{\"format\":\"1\"}",
        "\u0000",
        "{\"type\":\"HIDE\"}"
      })
  void whatIsNoRecordIsRefused(String text) {
    assertRefused(text, "");
  }

  @Test
  void everyFieldIsChecked() {
    String hide = hide();
    assertThat(RecordCodec.decode(bytes(hide))).isNotNull();
    assertRefused(hide.replace("\"host\" : \"web1\"", "\"host\" : 5"), "host");
    assertRefused(hide.replace("\"host\" : \"web1\"", "\"host\" : null"), "host");
    assertRefused(hide.replace("web1", "w".repeat(256)), "host");
    assertRefused(hide.replace("2026-11-23", "2026-13-23"), "time");
    assertRefused(hide.replace("6f1c2a7e-", "6F1C2A7E-"), "");
    assertRefused(hide.replace("6f1c2a7e-", ""), "");
    assertRefused(hide.replace("\"host\"", "\"guest\""), "host");
    assertRefused(hide.replace("\"host\"", "\"more\" : 1, \"host\""), "more");
    assertRefused(hide.replace("\"host\"", "\"type\" : \"HIDE\", \"host\""), "");
    assertRefused(hide + "{}", "");
    assertRefused(hide.replace("\"host\"", "\"writer\" : " + "[".repeat(5000)), "");
    assertRefused(hide + " ".repeat(RecordCodec.MAX_BYTES), "65536");

    String create = text(new LogEvent.Create(SegmentSize.DEFAULT, Compression.DEFAULT));
    assertRefused(create.replace("1048576", "1048577"), "segment size");
    assertRefused(create.replace("1048576", "4294967296"), "segmentSize");
    assertRefused(create.replace("1048576", "99999999999999999999"), "segmentSize");
    assertRefused(create.replace("\"compression\" : 3", "\"compression\" : 20"), "compression");
    assertRefused(create.replace("\"compression\" : 3", "\"compression\" : -1"), "compression");

    String unhide = text(new LogEvent.Unhide(BACKUP, new BackupName("back")));
    assertRefused(unhide.replace("back\"", "../x\""), "name");

    String commit =
        text(events().filter(LogEvent.Commit.class::isInstance).findFirst().orElseThrow());
    assertRefused(commit.replace("\"length\" : 1000", "\"length\" : -1"), "length");
    assertRefused(commit.replace("\"sha256\" : \"", "\"sha256\" : \"0"), "");
    assertRefused(commit.replace("\"newChunks\"", "\"oldChunks\""), "newChunks");
  }

  @Test
  void whatCouldNotBeReadIsNotWritten() {
    LogRecord record =
        new LogRecord(NONCE, Optional.empty(), TIME, "h".repeat(256), new LogEvent.Hide(BACKUP));
    assertThatThrownBy(() -> RecordCodec.encode(record)).isInstanceOf(CorruptException.class);
  }

  private static void assertRefused(String text, String because) {
    assertThatThrownBy(() -> RecordCodec.decode(bytes(text)))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining(because);
  }

  private static String hide() {
    return text(new LogEvent.Hide(BACKUP));
  }

  private static String text(LogEvent event) {
    return new String(RecordCodec.encode(record(event)), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static LogRecord record(LogEvent event) {
    Optional<UUID> previous =
        event instanceof LogEvent.Create ? Optional.empty() : Optional.of(PREVIOUS);
    return new LogRecord(NONCE, previous, TIME, "web1", event);
  }
}
