package org.ekkofs.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTableTest {
  @TempDir Path dir;

  private final SegmentTable table = new SegmentTable();

  private Optional<SegmentEntry> find(Manifest manifest, long segment) {
    SegmentIndex index = new SegmentIndex(segment);
    return table.page(manifest, index).find(index);
  }

  @Test
  void findsWhatTheManifestSays() {
    Map<SegmentIndex, SegmentEntry> model = new HashMap<>();
    try (Manifest manifest = Manifest.open(Manifests.writeRandom(dir.resolve("m"), 1))) {
      Manifests.readAll(manifest).forEach(entry -> model.put(entry.segment(), entry));
      for (long segment = 0; segment < 1100; segment++) {
        assertThat(find(manifest, segment))
            .isEqualTo(Optional.ofNullable(model.get(new SegmentIndex(segment))));
      }
      assertThat(find(manifest, SegmentIndex.MAX)).isEmpty();
    }
  }

  @Test
  void aPageIsReadOnceAndServesItsNeighbours() {
    Manifest manifest = Manifest.open(Manifests.writeRandom(dir.resolve("m"), 1));
    SegmentTable.Page page = table.page(manifest, new SegmentIndex(256));
    manifest.close();
    assertThat(table.page(manifest, new SegmentIndex(511))).isSameAs(page);
    assertThat(table.pageIfPresent(manifest, new SegmentIndex(300))).containsSame(page);
    assertThat(page.entries())
        .allMatch(entry -> entry.segment().value() >= 256 && entry.segment().value() < 512);
  }

  @Test
  void pageIfPresentNeverReads() {
    try (Manifest manifest = Manifest.open(Manifests.writeRandom(dir.resolve("m"), 1))) {
      assertThat(table.pageIfPresent(manifest, new SegmentIndex(0))).isEmpty();
      table.page(manifest, new SegmentIndex(0));
      assertThat(table.pageIfPresent(manifest, new SegmentIndex(255))).isPresent();
      assertThat(table.pageIfPresent(manifest, new SegmentIndex(256))).isEmpty();
    }
  }

  @Test
  void forgetsOneManifestAndKeepsTheOthers() {
    try (Manifest one = Manifest.open(Manifests.writeRandom(dir.resolve("one"), 1));
        Manifest two = Manifest.open(Manifests.writeRandom(dir.resolve("two"), 2))) {
      SegmentIndex first = new SegmentIndex(0);
      table.page(one, first);
      table.page(two, first);
      table.forget(one);
      assertThat(table.pageIfPresent(one, first)).isEmpty();
      assertThat(table.pageIfPresent(two, first)).isPresent();
    }
  }

  @Test
  void twoManifestsDoNotMix() {
    try (Manifest one = Manifest.open(Manifests.writeRandom(dir.resolve("one"), 1));
        Manifest two = Manifest.open(Manifests.writeRandom(dir.resolve("two"), 2))) {
      SegmentIndex first = new SegmentIndex(0);
      assertThat(table.page(one, first).entries()).isEqualTo(Manifests.read(one, 0, 256));
      assertThat(table.page(two, first).entries()).isEqualTo(Manifests.read(two, 0, 256));
    }
  }

  @Test
  void damageIsReportedAndNotRemembered() throws Exception {
    Path file = Manifests.writeRandom(dir.resolve("m"), 1);
    Manifests.tamper(file, "UPDATE layers SET blocks = 0 WHERE segment < 256");
    try (Manifest manifest = Manifest.open(file)) {
      assertThatThrownBy(() -> table.page(manifest, new SegmentIndex(0)))
          .isInstanceOf(CorruptException.class);
      assertThat(table.pageIfPresent(manifest, new SegmentIndex(0))).isEmpty();
      assertThat(find(manifest, 256)).isNotNull();
    }
  }

  @Test
  void whatIsKeptInMemoryIsBounded() {
    // 60,000 segments of eight layers weigh 540,000; 400,000 may stay.
    int segments = 60_000;
    Path file =
        Manifests.write(dir.resolve("m"), Manifests.meta((long) segments << 20), heavy(segments));
    try (Manifest manifest = Manifest.open(file)) {
      List<SegmentIndex> pages = new ArrayList<>();
      for (long first = 0; first < segments; first += SegmentTable.PAGE) {
        pages.add(new SegmentIndex(first));
        table.page(manifest, new SegmentIndex(first));
      }
      // The last page is not full, so one more may fit.
      int allowed = 400_000 / (SegmentTable.PAGE * 9) + 1;
      await(
          () ->
              pages.stream().filter(page -> table.pageIfPresent(manifest, page).isPresent()).count()
                  <= allowed);
      assertThat(pages).hasSizeGreaterThan(allowed);
    }
  }

  /** Caffeine evicts in the background. */
  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still too much in memory").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static List<SegmentEntry> heavy(int segments) {
    Digest digest = Digest.of(new byte[32]);
    List<Layer> layers =
        LongStream.range(0, 8)
            .mapToObj(
                n ->
                    new Layer(
                        new ChunkId(Manifests.ID, new SegmentIndex(n)),
                        BlockMask.NONE.with((int) n),
                        1))
            .toList();
    return LongStream.range(0, segments)
        .mapToObj(n -> new SegmentEntry(new SegmentIndex(n), digest, layers))
        .toList();
  }

  @Test
  void aPageFindsEveryEntryAndNothingElse() {
    DiskGeometry geometry = new DiskGeometry(256L << 20, SegmentSize.DEFAULT);
    for (long seed = 0; seed < 20; seed++) {
      List<SegmentEntry> entries = Manifests.random(new Random(seed), geometry);
      SegmentTable.Page page = new SegmentTable.Page(entries);
      Map<SegmentIndex, SegmentEntry> model = new HashMap<>();
      entries.forEach(entry -> model.put(entry.segment(), entry));
      for (long segment = 0; segment < 256; segment++) {
        SegmentIndex index = new SegmentIndex(segment);
        assertThat(page.find(index)).isEqualTo(Optional.ofNullable(model.get(index)));
      }
    }
    assertThat(new SegmentTable.Page(List.of()).find(new SegmentIndex(0))).isEmpty();
  }
}
