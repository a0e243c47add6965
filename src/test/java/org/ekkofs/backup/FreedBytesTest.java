package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreedBytesTest {
  private static final int SEGMENT = SegmentSize.MIN_BYTES;

  @TempDir Path dir;

  private TestRepository tree() {
    TestRepository repository =
        TestRepository.create(dir.resolve("local"), new SegmentSize(SEGMENT), new Compression(1));
    Random random = new Random(7);
    Map<String, ModelDisk> disks = new HashMap<>();
    List<String> names = new ArrayList<>(List.of(""));
    disks.put("", ModelDisk.empty(8 * SEGMENT).scribble(0, 5 * SEGMENT, random));
    for (int n = 0; n < 10; n++) {
      String parent = names.get(random.nextInt(names.size()));
      ModelDisk next = disks.get(parent).copy();
      next.scribble(random.nextInt(6 * SEGMENT), 50_000, random);
      repository.snapshot(next, "b" + n, parent);
      names.add("b" + n);
      disks.put("b" + n, next);
    }
    return repository;
  }

  private static long stored(TestRepository repository) {
    AtomicLong bytes = new AtomicLong();
    repository.memory().list("trees/web/chunks/", object -> bytes.addAndGet(object.length()));
    repository.memory().list("trees/web/manifests/", object -> bytes.addAndGet(object.length()));
    repository.memory().list("trees/web/references/", object -> bytes.addAndGet(object.length()));
    return bytes.get();
  }

  private static Optional<Map<BackupId, Long>> freed(TestRepository repository) {
    return new FreedBytes(repository.repository(), repository.tree(), Progress.NONE)
        .of(repository.tree().all());
  }

  @Test
  void whatIsSaidIsWhatASweepGivesBack() {
    try (TestRepository repository = tree()) {
      for (TrackedBackup backup : repository.tree().visible()) {
        long said = freed(repository).orElseThrow().get(backup.id());
        long before = stored(repository);
        repository.tree().delete(backup.name());
        assertThat(freed(repository).orElseThrow()).containsEntry(backup.id(), said);
        new Sweeps(repository.repository())
            .sweep(repository.tree(), SweepOptions.DEFAULT.now(), Progress.NONE);
        assertThat(before - stored(repository)).as(backup.name().value()).isEqualTo(said);
      }
      assertThat(stored(repository)).isZero();
    }
  }

  @Test
  void lengthsAreListedOnceOnly() {
    try (TestRepository repository = tree()) {
      Map<BackupId, Long> first = freed(repository).orElseThrow();
      repository.memory().delete(chunks(repository));
      assertThat(freed(repository)).contains(first);
    }
  }

  private static List<ObjectKey> chunks(TestRepository repository) {
    List<ObjectKey> keys = new ArrayList<>();
    repository.memory().list("trees/web/chunks/", object -> keys.add(object.key()));
    return keys;
  }

  @Test
  void damagedReferencesLeaveItUntold() {
    try (TestRepository repository = tree();
        TestRepository elsewhere = repository.another(dir.resolve("new"), point -> {})) {
      TrackedBackup damaged = repository.tree().find(new BackupName("b3"));
      repository.memory().delete(List.of(repository.tree().keys().references(damaged.id())));
      assertThat(freed(elsewhere)).isEmpty();
    }
  }
}
