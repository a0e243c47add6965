package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.ekkofs.log.Phase;
import org.ekkofs.log.SweepScope;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.ekkofs.sqlite.Sqlite;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.CountingObjectStore;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepsTest {
  private static final SweepOptions NOW = SweepOptions.DEFAULT.now();
  private static final int SEGMENT = SegmentSize.MIN_BYTES;

  @TempDir Path dir;
  private TestRepository repository;

  @BeforeEach
  void create() {
    repository =
        TestRepository.create(dir.resolve("local"), new SegmentSize(SEGMENT), new Compression(1));
  }

  @AfterEach
  void close() {
    repository.close();
  }

  private static ModelDisk disk(long seed) {
    return change(ModelDisk.empty(8 * SEGMENT + 4096), new Random(seed), 12);
  }

  private static ModelDisk change(ModelDisk disk, Random random, int times) {
    for (int n = 0; n < times; n++) {
      disk.scribble(random.nextInt(disk.size() - 40_000), 1 + random.nextInt(40_000), random);
    }
    return disk;
  }

  private static BackupName name(String name) {
    return new BackupName(name);
  }

  private SweepReport sweep(SweepOptions options) {
    return new Sweeps(repository.repository()).sweep(repository.tree(), options, Progress.NONE);
  }

  private static long bytes(Map<String, Long> objects) {
    return objects.values().stream().mapToLong(Long::longValue).sum();
  }

  private TreeMap<String, Long> objects(String kind) {
    TreeMap<String, Long> objects = new TreeMap<>();
    repository
        .memory()
        .list(
            "trees/web/" + kind + "/",
            object -> objects.put(object.key().value(), object.length()));
    return objects;
  }

  /** By the manifests, not by the references that the sweep goes by. */
  private TreeSet<String> needed() {
    TreeSet<String> needed = new TreeSet<>();
    for (TrackedBackup backup : repository.tree().visible()) {
      try (Manifest manifest = repository.manifest(backup)) {
        new SegmentTable()
            .page(manifest, new SegmentIndex(0))
            .entries()
            .forEach(entry -> entry.layers().forEach(layer -> needed.add(key(layer))));
      }
    }
    return needed;
  }

  private String key(Layer layer) {
    return repository.tree().keys().chunk(layer.chunk()).value();
  }

  @Test
  void nothingDeletedMeansNothingToDo() {
    repository.snapshot(disk(1), "a", "");
    Map<String, Long> before = objects("chunks");
    SweepReport report = sweep(NOW);
    assertThat(report.deleted()).isEmpty();
    assertThat(report.bytes()).isZero();
    assertThat(objects("chunks")).isEqualTo(before);
    assertThat(objects("plans")).isEmpty();
  }

  @Test
  void wholeTreeGoesWhenAllIsDeleted() {
    repository.snapshot(disk(1), "a", "");
    long bytes =
        bytes(objects("chunks")) + bytes(objects("manifests")) + bytes(objects("references"));
    int chunks = objects("chunks").size();
    repository.tree().delete(name("a"));
    SweepReport report = sweep(NOW);
    assertThat(report.deleted()).extracting(TrackedBackup::name).containsExactly(name("a"));
    assertThat(report.bytes()).isEqualTo(bytes);
    assertThat(report.chunks()).isEqualTo(chunks);
    for (String kind : List.of("chunks", "manifests", "references", "plans")) {
      assertThat(objects(kind)).as(kind).isEmpty();
    }
  }

  @Test
  void backupsDeletedInAnyOrderLeaveExactlyWhatTheOthersNeed() {
    Random random = new Random(5);
    Map<String, ModelDisk> disks = new HashMap<>();
    List<String> names = new ArrayList<>();
    ModelDisk disk = disk(2);
    for (int n = 0; n < 12; n++) {
      String parent = n == 0 ? "" : names.get(random.nextInt(names.size()));
      ModelDisk next = n == 0 ? disk : disks.get(parent).copy();
      change(next, random, 3);
      repository.snapshot(next, "b" + n, parent);
      names.add("b" + n);
      disks.put("b" + n, next);
    }
    Collections.shuffle(names, random);
    for (String gone : names) {
      repository.tree().delete(name(gone));
      disks.remove(gone);
      sweep(NOW);
      assertThat(objects("chunks").keySet()).isEqualTo(needed());
      assertThat(repository.tree().storedBytes()).isEqualTo(bytes(objects("chunks")));
      assertThat(objects("manifests")).hasSize(disks.size());
      assertThat(objects("references")).hasSize(disks.size());
      disks.forEach(
          (left, model) -> repository.assertHolds(repository.tree().find(name(left)), model));
    }
    assertThat(objects("chunks")).isEmpty();
  }

  @Test
  void undoWindowKeepsWhatWasDeletedLately() {
    repository.snapshot(disk(1), "a", "");
    Map<String, Long> before = objects("chunks");
    repository.tree().delete(name("a"));
    SweepReport report = sweep(SweepOptions.DEFAULT);
    assertThat(report.waiting())
        .extracting(SweepScope.Waiting::reason)
        .containsExactly(SweepScope.Reason.UNDO_WINDOW);
    assertThat(objects("chunks")).isEqualTo(before);
    assertThat(repository.tree().undelete(name("a"), name("a")).isVisible()).isTrue();
    repository.assertHolds(repository.tree().find(name("a")), disk(1));
  }

  @Test
  void hiddenBackupInItsUndoWindowKeepsWhatItSharesWithOneThatGoes() {
    Duration day = Duration.ofHours(24);
    Clock later = Clock.offset(Clock.systemUTC(), day.multipliedBy(2));
    ModelDisk old = disk(1);
    ModelDisk young = old.copy();
    change(young, new Random(3), 2);
    repository.snapshot(old, "old", "");
    repository.snapshot(young, "young", "old");
    repository.tree().delete(name("old"));
    try (TestRepository tomorrow =
        repository.another(
            dir.resolve("tomorrow"), new Surroundings(later, Host.current(), point -> {}))) {
      tomorrow.tree().delete(name("young"));
      SweepReport report =
          new Sweeps(tomorrow.repository())
              .sweep(tomorrow.tree(), SweepOptions.DEFAULT, Progress.NONE);
      assertThat(report.deleted()).extracting(TrackedBackup::name).containsExactly(name("old"));
      TrackedBackup back = tomorrow.tree().undelete(name("young"), name("young"));
      tomorrow.assertHolds(back, young);
    }
  }

  @Test
  void sweptBackupCannotComeBack() {
    repository.snapshot(disk(1), "a", "");
    repository.tree().delete(name("a"));
    sweep(NOW);
    assertThatThrownBy(() -> repository.tree().undelete(name("a"), name("a")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("removed it for good");
    assertThatThrownBy(() -> repository.tree().find(name("a")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("removed it for good");
  }

  @Test
  void unreadableReferencesOfAnyBackupStopTheSweepAndAreNamed() {
    TrackedBackup kept = repository.snapshot(disk(1), "kept", "");
    repository.snapshot(disk(2), "gone", "");
    repository.tree().delete(name("gone"));
    Map<String, Long> before = objects("chunks");
    ObjectKey key = repository.tree().keys().references(kept.id());
    byte[] bytes = repository.memory().get(key, 1 << 20).orElseThrow();
    bytes[bytes.length - 1] ^= 1;
    repository.memory().put(key, Body.of(bytes));
    try (TestRepository elsewhere = repository.another(dir.resolve("new"), point -> {})) {
      assertThatThrownBy(
              () -> new Sweeps(elsewhere.repository()).sweep(elsewhere.tree(), NOW, Progress.NONE))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("web/kept")
          .hasMessageContaining(key.value());
      repository.memory().delete(List.of(key));
      assertThatThrownBy(
              () -> new Sweeps(elsewhere.repository()).sweep(elsewhere.tree(), NOW, Progress.NONE))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("missing");
    }
    assertThat(objects("chunks")).isEqualTo(before);
  }

  @Test
  void planningReadsNeitherChunksNorManifests() {
    ModelDisk model = disk(1);
    repository.snapshot(model, "a", "");
    change(model, new Random(8), 2);
    repository.snapshot(model, "b", "a");
    repository.tree().delete(name("a"));
    try (TestRepository elsewhere = repository.another(dir.resolve("new"), point -> {})) {
      new Sweeps(elsewhere.repository()).sweep(elsewhere.tree(), NOW, Progress.NONE);
      assertThat(elsewhere.counts().all())
          .filteredOn(call -> !call.operation().equals("put"))
          .extracting(CountingObjectStore.Call::key)
          .anyMatch(key -> key.contains("/references/"))
          .noneMatch(key -> key.contains("/chunks/") || key.contains("/manifests/"));
    }
  }

  @Test
  void previewSaysWhatTheSweepThenDoes() {
    ModelDisk model = disk(1);
    repository.snapshot(model, "a", "");
    change(model, new Random(8), 2);
    repository.snapshot(model, "b", "a");
    repository.tree().delete(name("a"));
    TreeMap<String, Long> doomed = new TreeMap<>();
    SweepReport ahead =
        new Sweeps(repository.repository())
            .preview(
                repository.tree(),
                NOW,
                Progress.NONE,
                object -> doomed.put(object.key().value(), object.bytes()));
    TreeMap<String, Long> before = all();
    SweepReport done = sweep(NOW);
    TreeMap<String, Long> gone = new TreeMap<>(before);
    all().keySet().forEach(gone::remove);
    assertThat(doomed).isEqualTo(gone).isNotEmpty();
    assertThat(ahead.bytes()).isEqualTo(done.bytes()).isEqualTo(bytes(doomed));
    assertThat(ahead.chunks()).isEqualTo(done.chunks());
  }

  private TreeMap<String, Long> all() {
    TreeMap<String, Long> all = objects("chunks");
    all.putAll(objects("manifests"));
    all.putAll(objects("references"));
    all.putAll(objects("plans"));
    return all;
  }

  @Test
  void thoroughSweepTakesChunksThatNobodyCanAccountFor() {
    ModelDisk model = disk(1);
    TrackedBackup base = repository.snapshot(model, "a", "");
    change(model, new Random(8), 2);
    repository.snapshot(model, "b", "a");
    TrackedBackup gone = repository.snapshot(disk(3), "gone", "");
    repository.tree().delete(name("gone"));
    sweep(NOW);
    Map<String, Long> before = all();
    List<ObjectKey> late =
        List.of(
            repository.tree().keys().chunk(new ChunkId(gone.id(), new SegmentIndex(0))),
            repository.tree().keys().chunk(new ChunkId(base.id(), new SegmentIndex(999))));
    late.forEach(key -> repository.memory().put(key, Body.of(new byte[10])));
    sweep(NOW);
    assertThat(all()).hasSize(before.size() + 2);
    SweepReport report = sweep(new SweepOptions(Duration.ZERO, Duration.ofDays(2), true));
    assertThat(report.chunks()).isEqualTo(2);
    assertThat(report.bytes()).isEqualTo(20);
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void garbageOfARevokedSnapshotGoes() {
    repository.snapshot(disk(1), "kept", "");
    Map<String, Long> before = all();
    try (TestRepository dying =
        repository.another(
            dir.resolve("dying"),
            point -> {
              if (point == CrashPoint.AFTER_MANIFEST) {
                throw new IllegalStateException("dies");
              }
            })) {
      assertThatThrownBy(() -> dying.snapshot(disk(2), "lost", ""))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(all()).hasSizeGreaterThan(before.size());
    SweepReport report = sweep(SweepOptions.DEFAULT);
    assertThat(report.abandoned()).extracting(TrackedBackup::name).containsExactly(name("lost"));
    assertThat(all()).isEqualTo(before);
  }

  /**
   * Bits that fell over on this machine's disk: the schema and the last record are as they were.
   */
  private void spoilCatalog(String sql) throws SQLException {
    Path catalog =
        repository.repository().local().catalog(repository.repository().descriptor().id());
    try (Connection connection = Sqlite.openShared(catalog)) {
      Sqlite.execute(connection, sql);
    }
  }

  @Test
  void catalogThatDeniesVisibleBackupsDoesNotMakeSweepsTakeTheirChunks() throws SQLException {
    repository.snapshot(disk(1), "a", "");
    repository.snapshot(change(disk(1), new Random(2), 1), "b", "a");
    repository.tree().delete(name("a"));
    spoilCatalog("UPDATE backups SET phase = 5 WHERE name = 'b'");
    try (TestRepository next = repository.another(dir.resolve("local"), point -> {})) {
      SweepReport report = new Sweeps(next.repository()).sweep(next.tree(), NOW, Progress.NONE);
      assertThat(report.deleted()).extracting(TrackedBackup::name).containsExactly(name("a"));
    }
    assertThat(objects("chunks").keySet()).isEqualTo(needed());
    try (TestRepository later = repository.another(dir.resolve("local"), point -> {})) {
      assertThat(later.tree().visible()).isEqualTo(repository.tree().visible());
    }
  }

  @Test
  void catalogThatSaysSweptBackupsAreVisibleHoldsUpNoSweep() throws SQLException {
    repository.snapshot(disk(1), "a", "");
    repository.snapshot(disk(2), "b", "");
    repository.snapshot(disk(3), "c", "");
    repository.tree().delete(name("a"));
    sweep(NOW);
    repository.tree().delete(name("b"));
    spoilCatalog(
        "UPDATE backups SET (committed_at, manifest_sha256, manifest_length, manifest_raw,"
            + " references_sha256, references_length, references_raw, disk_bytes, data_bytes,"
            + " new_bytes, stored_bytes, new_chunks) = (SELECT committed_at, manifest_sha256,"
            + " manifest_length, manifest_raw, references_sha256, references_length,"
            + " references_raw, disk_bytes, data_bytes, new_bytes, stored_bytes, new_chunks"
            + " FROM backups WHERE name = 'c'), phase = 1 WHERE name = 'a'");
    try (TestRepository next = repository.another(dir.resolve("local"), point -> {})) {
      SweepReport report = new Sweeps(next.repository()).sweep(next.tree(), NOW, Progress.NONE);
      assertThat(report.deleted()).extracting(TrackedBackup::name).containsExactly(name("b"));
    }
    assertThat(objects("chunks").keySet()).isEqualTo(needed());
  }

  @Test
  void catalogThatSaysWorkIsPendingThatIsNotDoesNotMakeSweepsDoIt() throws SQLException {
    repository.snapshot(disk(1), "a", "");
    repository.tree().delete(name("a"));
    sweep(NOW);
    repository.snapshot(disk(2), "b", "");
    Map<String, Long> before = objects("chunks");
    spoilCatalog(
        "INSERT INTO plans SELECT tree, slot, manifest_sha256, id FROM backups WHERE name = 'b'");
    try (TestRepository next = repository.another(dir.resolve("local"), point -> {})) {
      SweepReport report = new Sweeps(next.repository()).sweep(next.tree(), NOW, Progress.NONE);
      assertThat(report.deleted()).isEmpty();
    }
    assertThat(objects("chunks")).isEqualTo(before);
  }

  @Test
  void checkpointThatDeniesVisibleBackupsDoesNotMakeSweepsTakeTheirChunks() {
    repository.snapshot(disk(1), "a", "");
    TrackedBackup seen = repository.snapshot(change(disk(1), new Random(2), 1), "b", "a");
    repository.tree().delete(name("a"));
    TreeState truth = repository.tree().log().current(TreeState::copy);
    List<TrackedBackup> wrong =
        truth.backups().stream().map(b -> b.id().equals(seen.id()) ? swept(b) : b).toList();
    TreeState state =
        TreeState.resume(
            truth.settings().orElseThrow(),
            truth.slot(),
            truth.last().orElseThrow(),
            wrong,
            truth.plans(),
            truth.lastPlan(),
            truth.storedBytes());
    CheckpointFiles files = repository.repository().checkpoints().files();
    TreeName tree = repository.tree().name();
    files.create(tree, truth.slot(), files.make(tree, state, backup -> Optional.empty()));
    try (TestRepository host = repository.another(dir.resolve("new"), point -> {})) {
      assertThat(host.tree().visible()).as("the checkpoint is believed").isEmpty();
      SweepReport report = new Sweeps(host.repository()).sweep(host.tree(), NOW, Progress.NONE);
      assertThat(report.deleted()).extracting(TrackedBackup::name).containsExactly(name("a"));
      assertThat(host.tree().visible()).isEqualTo(repository.tree().visible());
    }
    assertThat(objects("chunks").keySet()).isEqualTo(needed());
  }

  private static TrackedBackup swept(TrackedBackup backup) {
    return new TrackedBackup(
        backup.id(),
        backup.name(),
        backup.parent(),
        backup.slot(),
        backup.begun(),
        backup.writer(),
        new Phase.Swept(),
        backup.isProtected(),
        backup.verdict(),
        backup.copied());
  }
}
