package org.ekkofs.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.ekkofs.format.Sha256;
import org.ekkofs.log.Records;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.sqlite.Sqlite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final TreeName WEB = new TreeName("web");

  @TempDir Path dir;

  private Path unused() {
    return dir.resolve(UUID.randomUUID().toString());
  }

  private static TreeState random(long seed, int records) {
    TreeState state = new TreeState();
    Records.applyAll(state, Records.random(new Random(seed), records), records);
    return state;
  }

  private Path database(TreeState state) {
    Path database = unused();
    CheckpointWriter.write(
        database,
        WEB,
        state,
        backup -> Optional.of(backup.toString().getBytes(StandardCharsets.UTF_8)));
    return database;
  }

  private byte[] checkpoint(TreeState state) {
    return CheckpointCodec.encode(database(state), unused());
  }

  private TreeState read(byte[] bytes, Slot slot) {
    Path database = unused();
    CheckpointCodec.decode(bytes, unused(), database);
    return read(database, WEB, slot);
  }

  private static TreeState read(Path database, TreeName tree, Slot slot) {
    try (Checkpoint checkpoint = Checkpoint.open(database, tree, slot)) {
      TreeState state = checkpoint.state();
      assertThat(checkpoint.nonce()).isEqualTo(state.last().orElseThrow().nonce());
      return state;
    }
  }

  private static void assertSame(TreeState actual, TreeState expected) {
    assertThat(actual.slot()).isEqualTo(expected.slot());
    assertThat(actual.last()).isEqualTo(expected.last());
    assertThat(actual.settings()).isEqualTo(expected.settings());
    assertThat(actual.storedBytes()).isEqualTo(expected.storedBytes());
    assertThat(actual.plans()).isEqualTo(expected.plans());
    assertThat(actual.lastPlan()).isEqualTo(expected.lastPlan());
    assertThat(List.copyOf(actual.backups())).isEqualTo(List.copyOf(expected.backups()));
  }

  @Test
  void holdsTheStateItWasMadeOf() {
    for (long seed = 0; seed < 30; seed++) {
      TreeState state = random(seed, 1 + (int) seed * 4);
      assertSame(read(checkpoint(state), state.slot()), state);
    }
  }

  @Test
  void holdsTheReferencesOfCommittedBackups() {
    TreeState state =
        Records.replay(
            Records.intent(1, "a"),
            Records.commit(1),
            Records.intent(2, "b"),
            Records.commit(2),
            Records.hide(2),
            Records.intent(3, "c"));
    Map<BackupId, String> held = new HashMap<>();
    try (Checkpoint checkpoint = Checkpoint.open(database(state), WEB, state.slot())) {
      checkpoint.references(
          (backup, bytes) -> held.put(backup, new String(bytes, StandardCharsets.UTF_8)));
    }
    assertThat(held)
        .isEqualTo(
            Map.of(
                Records.id(1), Records.id(1).toString(), Records.id(2), Records.id(2).toString()));
  }

  @Test
  void leavesOutReferencesThatAreTooLong() {
    TreeState state = Records.replay(Records.intent(1, "a"), Records.commit(1));
    Path database = unused();
    byte[] tooLong = new byte[CheckpointWriter.MAX_REFERENCES_BYTES + 1];
    CheckpointWriter.write(database, WEB, state, backup -> Optional.of(tooLong));
    try (Checkpoint checkpoint = Checkpoint.open(database, WEB, state.slot())) {
      checkpoint.references((backup, bytes) -> assertThat(bytes).isEmpty());
      assertSame(checkpoint.state(), state);
    }
  }

  @Test
  void everyDamageIsNoticed() {
    TreeState state = Records.replay(Records.intent(1, "a"), Records.commit(1));
    byte[] bytes = checkpoint(state);
    for (int bit = 0; bit < bytes.length * 8; bit += bit < 56 * 8 ? 1 : 37) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertDamaged(flipped, "bit " + bit);
    }
    for (int length = 0; length < bytes.length; length += length < 60 ? 1 : 29) {
      assertDamaged(Arrays.copyOf(bytes, length), "cut at " + length);
    }
    assertDamaged(Arrays.copyOf(bytes, bytes.length + 1), "a byte too many");
    assertDamaged(new byte[bytes.length], "zeros");
  }

  private void assertDamaged(byte[] bytes, String as) {
    assertThatThrownBy(() -> read(bytes, new Slot(3)))
        .as(as)
        .isInstanceOf(CorruptException.class)
        .message()
        .isNotBlank()
        .doesNotContain("\n");
  }

  @Test
  void nothingMoreThanWasAnnouncedIsUnpacked() throws Exception {
    byte[] bytes = checkpoint(random(1, 50));
    for (long raw : new long[] {0, 1, -1, Long.MAX_VALUE, 1L << 40}) {
      byte[] other = bytes.clone();
      ByteBuffer.wrap(other).putLong(8, raw);
      Path database = unused();
      assertThatThrownBy(() -> CheckpointCodec.decode(other, unused(), database))
          .isInstanceOf(CorruptException.class);
      assertThat(database).doesNotExist();
    }
  }

  @Test
  void oneOfAnotherTreeOrSlotIsRefused() {
    Path database = database(random(1, 50));
    assertThatThrownBy(() -> read(database, new TreeName("db"), new Slot(50)))
        .isInstanceOf(CorruptException.class);
    assertThatThrownBy(() -> read(database, WEB, new Slot(51)))
        .isInstanceOf(CorruptException.class);
    assertThat(read(database, WEB, new Slot(50)).slot()).isEqualTo(new Slot(50));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRAGMA user_version = 3",
        "PRAGMA application_id = 7",
        "UPDATE trees SET last = x'00'",
        "UPDATE trees SET slot = 4",
        "UPDATE trees SET segment_bytes = 5",
        "UPDATE trees SET last_plan = 999",
        "UPDATE trees SET last_plan = -1",
        "UPDATE trees SET stored_bytes = -1",
        "DELETE FROM trees",
        "DROP TABLE backups",
        "DROP TABLE plans",
        "UPDATE backups SET slot = 900 WHERE slot = 4",
        "UPDATE backups SET slot = 1 WHERE slot = 2",
        "UPDATE backups SET slot = -5 WHERE slot = 2",
        "UPDATE backups SET id = (SELECT id FROM backups WHERE slot = 2)",
        "UPDATE backups SET name = 'a', phase = 1",
        "UPDATE backups SET name = '../x'",
        "UPDATE backups SET phase = 9",
        "UPDATE backups SET phase = 1, manifest_sha256 = NULL",
        "UPDATE backups SET committed_at = 700 WHERE phase = 1",
        "UPDATE backups SET phase = 2, hidden_at = 1 WHERE slot = 2",
        "UPDATE plans SET backups = x'0102'",
        "UPDATE plans SET plan = x'0102'",
        "UPDATE plans SET slot = 700",
        "UPDATE plans SET backups = zeroblob(16)",
        "UPDATE plans SET backups = zeroblob(16016)",
        "ALTER TABLE backups DROP COLUMN protected",
        "UPDATE backups SET origin_backup = x'0102'",
        "UPDATE backups SET origin_backup = zeroblob(16), origin_repository = 'x'",
        "UPDATE backups SET origin_backup = zeroblob(16), origin_taken = 'yesterday',"
            + " origin_repository = '00000000-0000-4000-8000-000000000000'",
        "UPDATE backups SET origin_backup = zeroblob(16), origin_taken = '2026-11-23T12:00:00Z',"
            + " origin_repository = '00000000-0000-4000-8000-000000000000', continues = id",
        "INSERT INTO backups SELECT 'db', slot + 100, id, name, parent, taken, host, boot, pid,"
            + " started, phase, committed_at, manifest_sha256, manifest_length, manifest_raw,"
            + " references_sha256, references_length, references_raw, disk_bytes, data_bytes,"
            + " new_bytes, stored_bytes, new_chunks, hidden_at, hidden_time, plan, verified_time,"
            + " verified_percent, verified_sound, protected, origin_repository,"
            + " origin_backup, origin_taken, continues FROM backups a, (SELECT 1) b"
            + " UNION ALL SELECT 'db', slot + 200, id, name, parent, taken, host, boot, pid,"
            + " started, phase, committed_at, manifest_sha256, manifest_length, manifest_raw,"
            + " references_sha256, references_length, references_raw, disk_bytes, data_bytes,"
            + " new_bytes, stored_bytes, new_chunks, hidden_at, hidden_time, plan, verified_time,"
            + " verified_percent, verified_sound, protected, origin_repository,"
            + " origin_backup, origin_taken, continues FROM backups"
            + " UNION ALL SELECT 'db', slot + 300, id, name, parent, taken, host, boot, pid,"
            + " started, phase, committed_at, manifest_sha256, manifest_length, manifest_raw,"
            + " references_sha256, references_length, references_raw, disk_bytes, data_bytes,"
            + " new_bytes, stored_bytes, new_chunks, hidden_at, hidden_time, plan, verified_time,"
            + " verified_percent, verified_sound, protected, origin_repository,"
            + " origin_backup, origin_taken, continues FROM backups"
      })
  void whatIsImpossibleIsRefused(String sql) throws Exception {
    TreeState state =
        Records.replay(
            Records.intent(1, "a"),
            Records.commit(1),
            Records.intent(2, "b"),
            Records.commit(2),
            Records.hide(2),
            Records.plan(1, 6, 2));
    assertThat(state.plans()).hasSize(1);
    Path database = database(state);
    assertSame(read(database, WEB, state.slot()), state);
    try (Connection connection = Sqlite.openShared(database)) {
      Sqlite.execute(connection, sql);
    }
    assertThatThrownBy(() -> read(database, WEB, state.slot()))
        .isInstanceOf(CorruptException.class)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void garbageIsNoDatabase() throws Exception {
    byte[] garbage = new byte[10_000];
    new Random(1).nextBytes(garbage);
    Path file = Files.write(unused(), garbage);
    assertThatThrownBy(() -> read(file, WEB, new Slot(3))).isInstanceOf(CorruptException.class);
  }

  @Test
  void damageInsideTheDatabaseIsNeverAnythingElse() {
    TreeState state = random(3, 200);
    byte[] whole = bytes(database(state));
    Random random = new Random(4);
    for (int n = 0; n < 300; n++) {
      byte[] damaged = whole.clone();
      for (int at = 0; at < 20; at++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Path file = unused();
      try {
        read(Files.write(file, damaged), WEB, state.slot());
      } catch (CorruptException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whoever changes the tables raises {@link CheckpointWriter#VERSION}, and this with it. */
  @Test
  void theTablesAreThoseOfTheVersion() {
    String schema = String.join(";", CatalogRows.SCHEMA).replaceAll("\\s+", " ");
    assertThat(CheckpointWriter.VERSION).isEqualTo(2);
    assertThat(Sha256.of(schema.getBytes(StandardCharsets.UTF_8)))
        .hasToString("76f03f60f6118c44337566e88e3a55916d5ba765e4a074ba6f6560c7e1245c6c");
  }
}
