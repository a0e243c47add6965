package org.ekkofs.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.ManifestMeta;
import org.ekkofs.manifest.ManifestWriter;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataRunsTest {
  private static final SegmentSize SIZE = SegmentSize.DEFAULT;
  private static final int BLOCK = SIZE.blockBytes();
  private static final BlockMask ALL = BlockMask.first(SegmentSize.BLOCKS);
  private static final BackupId ID = new BackupId(new UUID(1, 2));

  @TempDir Path dir;

  /** Which blocks of a disk are data. */
  private record Model(DiskGeometry geometry, boolean[] blocks) {
    static Model empty(long bytes) {
      return new Model(
          new DiskGeometry(bytes, SIZE), new boolean[(int) ((bytes + BLOCK - 1) / BLOCK)]);
    }

    /** Runs of both kinds: some of a few blocks, some of some hundred segments. */
    static Model random(long bytes, Random random) {
      Model model = empty(bytes);
      boolean data = random.nextBoolean();
      for (int at = 0; at < model.blocks.length; data = !data) {
        int longest = random.nextInt(4) == 0 ? 500 * SegmentSize.BLOCKS : 100;
        int to = Math.min(model.blocks.length, at + 1 + random.nextInt(longest));
        Arrays.fill(model.blocks, at, to, data);
        at = to;
      }
      return model;
    }

    BlockMask mask(long segment) {
      BlockMask mask = BlockMask.NONE;
      int first = (int) segment * SegmentSize.BLOCKS;
      for (int block = 0; block < SegmentSize.BLOCKS && first + block < blocks.length; block++) {
        mask = blocks[first + block] ? mask.with(block) : mask;
      }
      return mask;
    }

    long next(long offset, boolean data) {
      long at = offset;
      while (at < geometry.diskBytes() && blocks[(int) (at / BLOCK)] != data) {
        at = (at / BLOCK + 1) * BLOCK;
      }
      return Math.min(at, geometry.diskBytes());
    }

    OptionalLong nextData(long offset) {
      long next = next(offset, true);
      return next < geometry.diskBytes() ? OptionalLong.of(next) : OptionalLong.empty();
    }
  }

  private Manifest manifest(Model model, Random random) {
    Path file = dir.resolve("m" + random.nextLong());
    try (ManifestWriter writer = ManifestWriter.create(file, meta(model.geometry()))) {
      for (long segment = 0; segment < model.geometry().segments(); segment++) {
        BlockMask mask = model.mask(segment);
        if (!mask.isEmpty()) {
          writer.add(
              new SegmentEntry(new SegmentIndex(segment), digest(), layers(segment, mask, random)));
        }
      }
      writer.finish();
    }
    return Manifest.open(file);
  }

  private static ManifestMeta meta(DiskGeometry geometry) {
    return new ManifestMeta(
        ID,
        new TreeName("web"),
        new BackupName("a"),
        Optional.empty(),
        geometry,
        Instant.parse("2026-11-23T12:00:00Z"));
  }

  private static Digest digest() {
    return Digest.of(new byte[Digest.BYTES]);
  }

  /** Every fourth segment lies in two chunks. */
  private static List<Layer> layers(long segment, BlockMask mask, Random random) {
    List<Layer> layers = new ArrayList<>();
    BlockMask some = mask.and(new BlockMask(random.nextLong()));
    if (random.nextInt(4) > 0 || some.isEmpty() || some.equals(mask)) {
      return List.of(new Layer(new ChunkId(ID, new SegmentIndex(segment)), mask, 1));
    }
    layers.add(new Layer(new ChunkId(ID, new SegmentIndex(segment)), some, 1));
    BackupId other = new BackupId(new UUID(3, 4));
    layers.add(new Layer(new ChunkId(other, new SegmentIndex(segment)), mask.minus(some), 1));
    return layers;
  }

  private static void assertAgrees(DataRuns runs, Model model, long offset) {
    assertThat(runs.nextData(offset)).as("data from %d", offset).isEqualTo(model.nextData(offset));
    assertThat(runs.nextHole(offset))
        .as("hole from %d", offset)
        .isEqualTo(model.next(offset, false));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void answersAreThoseOfTheModelWhateverWasAskedBefore(int seed) {
    Random random = new Random(seed);
    Model model = Model.random((1000L << 20) + random.nextInt(1 << 20), random);
    try (Manifest manifest = manifest(model, random)) {
      DataRuns runs = new DataRuns(manifest);
      for (int n = 0; n < 500; n++) {
        assertAgrees(runs, model, (long) (random.nextDouble() * model.geometry().diskBytes()));
      }
      for (int block = 1; block < model.blocks().length; block++) {
        if (model.blocks()[block] != model.blocks()[block - 1]) {
          assertAgrees(runs, model, (long) block * BLOCK - 1);
          assertAgrees(runs, model, (long) block * BLOCK);
        }
      }
    }
  }

  @Test
  void goingFromRunToRunSeesEachOnce() {
    Random random = new Random(7);
    Model model = Model.random(3000L << 20, random);
    try (Manifest manifest = manifest(model, random)) {
      DataRuns runs = new DataRuns(manifest);
      long at = 0;
      while (at < model.geometry().diskBytes()) {
        OptionalLong data = runs.nextData(at);
        assertThat(data).isEqualTo(model.nextData(at));
        if (data.isEmpty()) {
          return;
        }
        at = runs.nextHole(data.getAsLong());
        assertThat(at).isEqualTo(model.next(data.getAsLong(), false));
      }
      assertThat(at).isEqualTo(model.geometry().diskBytes());
    }
  }

  @Test
  void aDiskOfZerosIsOneHole() {
    Model model = Model.empty(5_000_000);
    try (Manifest manifest = manifest(model, new Random(1))) {
      DataRuns runs = new DataRuns(manifest);
      for (long at : new long[] {0, 1, 4_999_999, 2_000_000}) {
        assertAgrees(runs, model, at);
      }
      assertThat(runs.questions()).isEqualTo(1);
    }
  }

  @Test
  void pastTheEndThereIsNoDataAndTheHoleIsAtTheEnd() {
    for (long bytes : new long[] {0, 1, 1 << 20}) {
      Model model = Model.empty(bytes);
      Arrays.fill(model.blocks(), true);
      try (Manifest manifest = manifest(model, new Random(bytes))) {
        DataRuns runs = new DataRuns(manifest);
        for (long at : new long[] {bytes, bytes + 1, Long.MAX_VALUE}) {
          assertThat(runs.nextData(at)).isEmpty();
          assertThat(runs.nextHole(at)).isEqualTo(bytes);
        }
        assertThat(runs.questions()).isZero();
      }
    }
  }

  @Test
  void aRunIsLookedForOnceHoweverOftenItIsAskedFor() {
    Model model = dense(20_000, 19_990 * 64 + 5);
    try (Manifest manifest = manifest(model, new Random(2))) {
      DataRuns runs = new DataRuns(manifest);
      assertThat(runs.nextHole(3 * BLOCK)).isEqualTo((19_990L * 64 + 5) * BLOCK);
      long asked = runs.questions();
      for (long at = 3 * BLOCK; at < 19_990L << 20; at += 2 << 20) {
        assertThat(runs.nextData(at)).hasValue(at);
        assertThat(runs.nextHole(at)).isEqualTo((19_990L * 64 + 5) * BLOCK);
      }
      assertThat(runs.questions()).isEqualTo(asked).isLessThan(20);
    }
  }

  @Test
  void lookingForARunEndsWhereAKnownOneBegins() {
    Model model = dense(20_000, -1);
    try (Manifest manifest = manifest(model, new Random(3))) {
      DataRuns runs = new DataRuns(manifest);
      for (long segment = 19_900; segment >= 0; segment -= 10) {
        long asked = runs.questions();
        assertThat(runs.nextHole(segment << 20)).isEqualTo(model.geometry().diskBytes());
        assertThat(runs.questions() - asked).isLessThanOrEqualTo(3);
      }
    }
  }

  /** Data in all blocks but one. */
  private static Model dense(int segments, int hole) {
    Model model = Model.empty((long) segments * SIZE.bytes());
    Arrays.fill(model.blocks(), true);
    if (hole >= 0) {
      model.blocks()[hole] = false;
    }
    return model;
  }

  @Test
  void fewRunsAreRememberedHoweverManyThereAre() {
    KnownRuns known = new KnownRuns();
    for (long n = 0; n < 1000; n++) {
      known.add(new Run(n * 10, n * 10 + 10, n % 2 == 0));
      assertThat(known.at(5)).isPresent();
    }
    long held = 0;
    for (long n = 0; n < 1000; n++) {
      held += known.at(n * 10 + 5).isPresent() ? 1 : 0;
    }
    assertThat(held).isEqualTo(KnownRuns.MAX);
  }

  @Test
  void manyThreadsGetTheAnswersOfOne() throws Exception {
    Random random = new Random(11);
    Model model = Model.random(500L << 20, random);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Manifest manifest = manifest(model, random)) {
      DataRuns runs = new DataRuns(manifest);
      List<Future<Object>> done = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        done.add(threads.submit(asking(runs, model, new Random(thread))));
      }
      for (Future<Object> each : done) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Callable<Object> asking(DataRuns runs, Model model, Random random) {
    return () -> {
      for (int n = 0; n < 500; n++) {
        assertAgrees(runs, model, (long) (random.nextDouble() * model.geometry().diskBytes()));
      }
      return runs;
    };
  }

  @Test
  void aDenseDiskIsCountedByTheDatabase() {
    Model model = dense(20_000, -1);
    Path file = dir.resolve("dense");
    try (ManifestWriter writer = ManifestWriter.create(file, meta(model.geometry()))) {
      for (long segment = 0; segment < 20_000; segment++) {
        SegmentIndex index = new SegmentIndex(segment);
        Layer layer = new Layer(new ChunkId(ID, index), ALL, 1);
        writer.add(new SegmentEntry(index, digest(), List.of(layer)));
      }
      writer.finish();
    }
    try (Manifest manifest = Manifest.open(file)) {
      assertThat(manifest.isWhole(0, 20_000)).isTrue();
      assertThat(manifest.isWhole(0, 20_001)).isFalse();
      DataRuns runs = new DataRuns(manifest);
      assertThat(runs.nextHole(0)).isEqualTo(model.geometry().diskBytes());
      assertThat(runs.questions()).isLessThan(20);
    }
  }
}
