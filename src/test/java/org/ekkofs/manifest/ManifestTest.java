package org.ekkofs.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final int MIB = 1 << 20;

  @TempDir Path dir;

  private Path file() {
    return dir.resolve("manifest");
  }

  @Test
  void readsWhatWasWritten() {
    for (long seed = 0; seed < 5; seed++) {
      ManifestMeta meta = Manifests.meta(Manifests.SIZE);
      List<SegmentEntry> entries = Manifests.random(new Random(seed), meta.geometry());
      Path file = Manifests.write(dir.resolve("m" + seed), meta, entries);
      try (Manifest manifest = Manifest.open(file)) {
        assertThat(manifest.meta()).isEqualTo(meta);
        assertThat(Manifests.readAll(manifest)).as("seed " + seed).isEqualTo(entries);
      }
    }
  }

  @Test
  void anEmptyDiskHasAnEmptyManifest() {
    try (Manifest manifest = Manifest.open(Manifests.write(file(), Manifests.meta(0), List.of()))) {
      assertThat(manifest.meta().geometry().segments()).isZero();
      assertThat(Manifests.read(manifest, 0, 256)).isEmpty();
      assertThat(manifest.next(0)).isEmpty();
    }
  }

  @Test
  void rangesNextAndDigestsAgreeWithTheEntries() {
    ManifestMeta meta = Manifests.meta(Manifests.SIZE);
    List<SegmentEntry> entries = Manifests.random(new Random(7), meta.geometry());
    TreeMap<Long, SegmentEntry> model = new TreeMap<>();
    entries.forEach(entry -> model.put(entry.segment().value(), entry));
    try (Manifest manifest = Manifest.open(Manifests.write(file(), meta, entries))) {
      for (long from = 0; from < 1010; from += 13) {
        assertThat(Manifests.read(manifest, from, from + 37))
            .isEqualTo(List.copyOf(model.subMap(from, from + 37).values()));
        Long next = model.ceilingKey(from);
        assertThat(manifest.next(from))
            .isEqualTo(next == null ? OptionalLong.empty() : OptionalLong.of(next));
      }
      Map<SegmentIndex, Digest> digests = new TreeMap<>();
      manifest.digests(digests::put);
      assertThat(digests).hasSize(model.size());
      entries.forEach(e -> assertThat(digests).containsEntry(e.segment(), e.digest()));
    }
  }

  @Test
  void aManifestIsReadableWithTheSqliteShell() throws Exception {
    assumeThat(Path.of("/usr/bin/sqlite3")).as("the sqlite3 shell is installed").exists();
    ManifestMeta meta = Manifests.meta(Manifests.SIZE);
    List<SegmentEntry> entries = Manifests.random(new Random(7), meta.geometry());
    Manifests.write(file(), meta, entries);
    assertThat(shell("PRAGMA application_id; PRAGMA user_version")).isEqualTo("1162562383\n1\n");
    assertThat(shell("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"))
        .isEqualTo("layers\nmeta\nowners\nsegments\n");
    assertThat(shell("SELECT value FROM meta WHERE key IN ('backup', 'name') ORDER BY key"))
        .isEqualTo(Manifests.ID + "\nmonday@1\n");
    SegmentEntry first = entries.get(0);
    assertThat(shell("SELECT segment, lower(hex(digest)) FROM segments ORDER BY 1 LIMIT 1"))
        .isEqualTo(first.segment() + "|" + first.digest() + "\n");
    assertThat(
            shell(
                "SELECT owner_segment, blocks, stored_length FROM layers JOIN owners ON id = owner"
                    + " WHERE segment = "
                    + first.segment()
                    + " AND hex(backup) = '00000000000000090000000000000000'"))
        .isEqualTo(
            "%d|%d|%d\n"
                .formatted(
                    first.layers().get(0).chunk().segment().value(),
                    first.layers().get(0).blocks().bits(),
                    first.layers().get(0).storedBytes()));
  }

  private String shell(String sql) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("/usr/bin/sqlite3", "-readonly", file().toString(), sql)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void garbageIsCorrupt() throws Exception {
    byte[] garbage = new byte[20_000];
    new Random(1).nextBytes(garbage);
    for (int length : new int[] {1, 100, 512, 4096, 20_000}) {
      Files.write(file(), Arrays.copyOf(garbage, length));
      assertCorrupt();
    }
    Files.write(file(), new byte[0]);
    assertCorrupt();
  }

  @Test
  void aTruncatedManifestIsCorrupt() throws Exception {
    byte[] whole = Files.readAllBytes(Manifests.writeRandom(file(), 3));
    for (int length = 0; length < whole.length; length += 1009) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertCorrupt();
    }
  }

  @Test
  void anotherDatabaseIsCorrupt() throws Exception {
    Manifests.tamper(file(), "CREATE TABLE meta (key, value)");
    assertCorrupt();
  }

  @Test
  void aDatabaseThatOnlyClaimsToBeAManifestIsCorrupt() throws Exception {
    Manifests.tamper(file(), ManifestSchema.CREATE[0], ManifestSchema.CREATE[1], "VACUUM");
    assertCorrupt();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRAGMA user_version = 2",
        "PRAGMA user_version = 0",
        "PRAGMA application_id = 0",
        "DROP TABLE meta",
        "DROP TABLE owners",
        "DROP TABLE segments",
        "DROP TABLE layers",
        "ALTER TABLE layers RENAME COLUMN blocks TO bits",
        "DELETE FROM meta WHERE key = 'backup'",
        "UPDATE meta SET value = 'x' WHERE key = 'backup'",
        "UPDATE meta SET value = 'x' WHERE key = 'parent'",
        "UPDATE meta SET value = '../x' WHERE key = 'tree'",
        "UPDATE meta SET value = '' WHERE key = 'name'",
        "UPDATE meta SET value = '-1' WHERE key = 'disk_bytes'",
        "UPDATE meta SET value = '1e9' WHERE key = 'disk_bytes'",
        "UPDATE meta SET value = '9223372036854775807' WHERE key = 'disk_bytes'",
        "UPDATE meta SET value = '3' WHERE key = 'segment_bytes'",
        "UPDATE meta SET value = 'now' WHERE key = 'taken'",
        "UPDATE meta SET value = hex(zeroblob(100000)) WHERE key = 'name'",
        "UPDATE segments SET segment = 1000 WHERE segment = (SELECT max(segment) FROM segments)",
        "UPDATE segments SET segment = -1 WHERE segment = (SELECT min(segment) FROM segments)",
        "UPDATE segments SET segment = 9223372036854775807"
            + " WHERE segment = (SELECT max(segment) FROM segments)"
      })
  void whatIsNotAManifestDoesNotOpen(String sql) throws Exception {
    Manifests.tamper(Manifests.writeRandom(file(), 3), sql);
    assertThatThrownBy(() -> Manifest.open(file()))
        .isInstanceOf(CorruptException.class)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE segments SET digest = x'0102030405'",
        "UPDATE segments SET digest = 'text'",
        "UPDATE segments SET digest = zeroblob(100000)",
        "UPDATE owners SET backup = x'0102030405'",
        "DELETE FROM owners",
        "DELETE FROM layers",
        "UPDATE layers SET owner = 77",
        "UPDATE layers SET blocks = 0",
        "UPDATE layers SET blocks = -1",
        "UPDATE layers SET owner_segment = -1 - segment",
        "UPDATE layers SET owner_segment = 4294967296",
        "UPDATE layers SET stored_length = -1",
        // The same block from two chunks.
        "INSERT INTO layers SELECT segment, owner, (owner_segment + 1) % 4294967296, blocks, 1"
            + " FROM layers WHERE owner = 1",
        // The last segment has two blocks.
        "INSERT OR IGNORE INTO segments VALUES (999, zeroblob(32));"
            + "DELETE FROM layers WHERE segment = 999;"
            + "INSERT INTO layers VALUES (999, 1, 0, 4, 1)",
        // Nine chunks for one segment.
        "DELETE FROM layers;"
            + "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 8)"
            + " INSERT INTO layers SELECT segment, 1, i, 1 << i, 1 FROM segments, n",
        // Tables of another make, which allow what ours do not.
        "DROP TABLE segments; CREATE TABLE segments (segment INTEGER PRIMARY KEY, digest);"
            + "INSERT INTO segments VALUES (0, NULL)",
        "DROP TABLE layers; CREATE TABLE layers (segment, owner, owner_segment, blocks,"
            + " stored_length); INSERT INTO layers SELECT segment, 1, 0, 'all', 1 FROM segments"
      })
  void impossibleRowsAreCorrupt(String statements) throws Exception {
    Manifests.tamper(Manifests.writeRandom(file(), 3), statements.split(";"));
    try (Manifest manifest = Manifest.open(file())) {
      assertThatThrownBy(() -> Manifests.readAll(manifest))
          .isInstanceOf(CorruptException.class)
          .hasMessageNotContaining("\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x'0102030405'", "'text'", "NULL"})
  void impossibleDigestsAreCorrupt(String digest) throws Exception {
    Manifests.tamper(
        Manifests.writeRandom(file(), 3),
        "DROP TABLE segments",
        "CREATE TABLE segments (segment INTEGER PRIMARY KEY, digest)",
        "INSERT INTO segments VALUES (5, " + digest + ")");
    try (Manifest manifest = Manifest.open(file())) {
      assertThatThrownBy(() -> manifest.digests((segment, found) -> {}))
          .isInstanceOf(CorruptException.class);
    }
  }

  @Test
  void aSegmentNumberThatIsNoNumberNeverLeadsBack() throws Exception {
    Manifests.tamper(
        Manifests.writeRandom(file(), 3),
        "DROP TABLE segments",
        "CREATE TABLE segments (segment, digest)",
        "INSERT INTO segments VALUES ('5', zeroblob(32))");
    try (Manifest manifest = Manifest.open(file())) {
      assertThatThrownBy(() -> manifest.next(6)).isInstanceOf(CorruptException.class);
    }
  }

  @Test
  void aWriterDoesNotOverwriteAFile() {
    Manifests.writeRandom(file(), 3);
    assertThatThrownBy(() -> ManifestWriter.create(file(), Manifests.meta(MIB)))
        .isInstanceOf(FailedException.class);
  }

  @Test
  void aClosedManifestFailsInOneLine() {
    Manifest manifest = Manifest.open(Manifests.writeRandom(file(), 3));
    manifest.close();
    assertThatThrownBy(() -> manifest.next(0))
        .isInstanceOf(FailedException.class)
        .hasMessageNotContaining("\n");
  }

  private void assertCorrupt() {
    assertThatThrownBy(
            () -> {
              try (Manifest manifest = Manifest.open(file())) {
                Manifests.readAll(manifest);
              }
            })
        .isInstanceOf(CorruptException.class)
        .hasMessageNotContaining("\n");
  }
}
