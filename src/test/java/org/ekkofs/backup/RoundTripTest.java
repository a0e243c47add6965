package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
  private static final SegmentSize SMALL = new SegmentSize(SegmentSize.MIN_BYTES);

  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource({
    "262144, 0",
    "262144, 3",
    "1048576, 0",
    "1048576, 3",
    "1048576, 19",
    "16777216, 0",
    "16777216, 3"
  })
  void disksOfEverySizeComeBackAsTheyWere(int segment, int level) {
    int block = segment / 64;
    int[] sizes = {0, 1, 511, block - 1, block, block + 1, segment - 1, segment, segment + 1};
    Random random = new Random(segment + level);
    try (TestRepository web =
        TestRepository.create(dir, new SegmentSize(segment), new Compression(level))) {
      Map<TrackedBackup, ModelDisk> taken = new LinkedHashMap<>();
      for (int size : sizes) {
        ModelDisk disk = ModelDisk.full(size, random);
        taken.put(web.snapshot(disk.source(false), "full" + size, ""), disk);
      }
      ModelDisk odd = ModelDisk.random(2 * segment + 3 * block + 77, random);
      taken.put(web.snapshot(odd, "odd", "full" + (segment + 1)), odd);
      taken.forEach(web::assertHolds);
      taken.forEach((backup, disk) -> assertFigures(backup, disk, block));
    }
  }

  private static void assertFigures(TrackedBackup backup, ModelDisk disk, int block) {
    BackupFigures figures = TestRepository.figures(backup);
    assertThat(figures.diskBytes()).isEqualTo(disk.size());
    assertThat(figures.dataBytes()).isEqualTo(disk.dataBytes(block));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void thirtyIncrementalsInAChainEachKeepTheirOwnMoment(long seed) {
    Random random = new Random(seed);
    try (TestRepository web = TestRepository.create(dir, SMALL, Compression.DEFAULT)) {
      ModelDisk disk = ModelDisk.random(3_000_000 + random.nextInt(5000), random);
      List<TrackedBackup> backups = new ArrayList<>(List.of(web.snapshot(disk, "n0", "")));
      List<ModelDisk> models = new ArrayList<>(List.of(disk.copy()));
      for (int n = 1; n <= 30; n++) {
        change(disk, n, random);
        backups.add(web.snapshot(disk.source(random.nextBoolean()), "n" + n, "n" + (n - 1)));
        models.add(disk.copy());
        web.assertHolds(backups.get(n), disk);
        assertFewLayers(web, backups.get(n));
        if (n % 3 == 0) {
          web.tree().delete(new BackupName("n" + (n - 2)));
        }
      }
      for (int n = 0; n <= 30; n++) {
        web.assertHolds(backups.get(n), models.get(n));
      }
    }
  }

  private static void change(ModelDisk disk, int step, Random random) {
    switch (step % 10) {
      case 4 -> disk.resize(disk.size() + 1 + random.nextInt(400_000));
      case 7 -> disk.resize(disk.size() - 1 - random.nextInt(300_000));
      case 9 -> disk.zero(random.nextInt(disk.size()), random.nextInt(300_000));
      default -> {}
    }
    disk.scribble(random.nextInt(disk.size()), random.nextInt(200_000), random);
    for (int n = 0; n < 12; n++) {
      int at = random.nextInt(disk.size());
      if (random.nextInt(4) == 0) {
        disk.zero(at & -4096, 4096);
      } else {
        disk.scribble(at, 1 + random.nextInt(600), random);
      }
    }
  }

  private static void assertFewLayers(TestRepository web, TrackedBackup backup) {
    try (Manifest manifest = web.manifest(backup)) {
      manifest.read(
          0,
          Long.MAX_VALUE,
          entry -> assertThat(entry.layers()).hasSizeBetween(1, Layer.MAX_PER_SEGMENT));
    }
  }

  @Test
  void aBlockChangedTenTimesOverNeverMakesMoreThanEightLayers() {
    Random random = new Random(11);
    try (TestRepository web = TestRepository.create(dir, SMALL, Compression.DEFAULT)) {
      ModelDisk disk = ModelDisk.full(SMALL.bytes(), random);
      web.snapshot(disk, "n0", "");
      List<Integer> layers = new ArrayList<>();
      for (int n = 1; n <= 20; n++) {
        disk.scribble(n * SMALL.blockBytes(), 1, random);
        TrackedBackup backup = web.snapshot(disk, "n" + n, "n" + (n - 1));
        web.assertHolds(backup, disk);
        layers.add(entries(web, backup).get(0).layers().size());
      }
      assertThat(layers)
          .containsExactly(2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5);
    }
  }

  private static List<SegmentEntry> entries(TestRepository web, TrackedBackup backup) {
    List<SegmentEntry> entries = new ArrayList<>();
    try (Manifest manifest = web.manifest(backup)) {
      manifest.read(0, Long.MAX_VALUE, entries::add);
    }
    return entries;
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void aTreeOfRandomParentsHoldsEveryBackupWhateverIsDeletedAroundIt(long seed) {
    Random random = new Random(seed);
    try (TestRepository web = TestRepository.create(dir, SMALL, Compression.DEFAULT)) {
      List<String> visible = new ArrayList<>();
      Map<String, TrackedBackup> backups = new LinkedHashMap<>();
      Map<String, ModelDisk> models = new LinkedHashMap<>();
      for (int n = 0; n < 25; n++) {
        String parent = visible.isEmpty() ? "" : visible.get(random.nextInt(visible.size()));
        String like =
            random.nextInt(4) > 0 || models.isEmpty()
                ? parent
                : List.copyOf(models.keySet()).get(random.nextInt(models.size()));
        ModelDisk disk =
            like.isEmpty() ? ModelDisk.random(1_500_000, random) : models.get(like).copy();
        change(disk, n, random);
        String name = "b" + n;
        backups.put(name, web.snapshot(disk, name, parent));
        models.put(name, disk);
        visible.add(name);
        if (random.nextInt(3) == 0) {
          web.tree().delete(new BackupName(visible.remove(random.nextInt(visible.size()))));
        }
      }
      backups.forEach((name, backup) -> web.assertHolds(backup, models.get(name)));
    }
  }
}
