package org.ekkofs.manifest;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
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
import org.ekkofs.sqlite.Sqlite;

/** Manifests for tests. */
final class Manifests {
  static final BackupId ID = new BackupId(new UUID(1, 2));
  static final BackupId PARENT = new BackupId(new UUID(3, 4));

  private Manifests() {}

  static ManifestMeta meta(long diskBytes) {
    return new ManifestMeta(
        ID,
        new TreeName("web"),
        new BackupName("monday@1"),
        Optional.of(PARENT),
        new DiskGeometry(diskBytes, SegmentSize.DEFAULT),
        Instant.parse("2026-11-23T12:00:00.123Z"));
  }

  static Path write(Path file, ManifestMeta meta, List<SegmentEntry> entries) {
    try (ManifestWriter writer = ManifestWriter.create(file, meta)) {
      entries.forEach(writer::add);
      writer.finish();
    }
    return file;
  }

  /** A manifest of 1,000 segments, the last of which has 2 blocks. */
  static Path writeRandom(Path file, long seed) {
    return write(file, meta(SIZE), random(new Random(seed), meta(SIZE).geometry()));
  }

  static final long SIZE = 999L * (1 << 20) + 20_000;

  /** About every second segment, with one to eight layers. */
  static List<SegmentEntry> random(Random random, DiskGeometry geometry) {
    List<SegmentEntry> entries = new ArrayList<>();
    for (long segment = 0; segment < geometry.segments(); segment++) {
      if (random.nextBoolean()) {
        entries.add(entry(random, new SegmentIndex(segment), geometry));
      }
    }
    return entries;
  }

  private static SegmentEntry entry(Random random, SegmentIndex segment, DiskGeometry geometry) {
    BlockMask left = BlockMask.first(geometry.blocks(geometry.length(segment)));
    List<Layer> layers = new ArrayList<>();
    int owner = 0;
    while (layers.size() < 7 && !left.isEmpty() && random.nextInt(4) > 0) {
      BlockMask blocks = left.and(new BlockMask(random.nextLong() & random.nextLong()));
      if (!blocks.isEmpty()) {
        layers.add(layer(random, owner++, blocks));
        left = left.minus(blocks);
      }
    }
    if (layers.isEmpty() || !left.isEmpty()) {
      layers.add(layer(random, owner, left));
    }
    byte[] digest = new byte[Digest.BYTES];
    random.nextBytes(digest);
    return new SegmentEntry(segment, Digest.of(digest), layers);
  }

  private static Layer layer(Random random, int owner, BlockMask blocks) {
    SegmentIndex segment = new SegmentIndex(random.nextLong() & SegmentIndex.MAX);
    ChunkId chunk = new ChunkId(new BackupId(new UUID(9, owner)), segment);
    return new Layer(chunk, blocks, 1 + random.nextInt(1 << 20));
  }

  static List<SegmentEntry> read(Manifest manifest, long from, long to) {
    List<SegmentEntry> entries = new ArrayList<>();
    manifest.read(from, to, entries::add);
    return entries;
  }

  static List<SegmentEntry> readAll(Manifest manifest) {
    return read(manifest, 0, manifest.meta().geometry().segments());
  }

  /** Does to a manifest what no writer would do. */
  static void tamper(Path file, String... sql) throws SQLException {
    try (Connection connection = Sqlite.openScratch(file)) {
      Sqlite.execute(connection, sql);
    }
  }
}
