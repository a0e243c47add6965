package org.ekkofs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.format.References;
import org.ekkofs.format.Sha256;
import org.ekkofs.format.ZstdFiles;
import org.ekkofs.manifest.ManifestMeta;
import org.ekkofs.manifest.ManifestWriter;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoredObject;
import org.ekkofs.model.TreeName;
import org.ekkofs.model.WriterProcess;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/**
 * A tree of many backups, {@code backup-0}, {@code backup-1} and so on, all visible and each after
 * the one before, put into a store without taking them. All have true references; of the newest
 * ones everything is true, of disks of zeros; the others refer to chunks, and have manifests, that
 * are not there. For one thread.
 */
public final class BigTree {
  private static final long DISK_BYTES = 64 << 20;
  private static final int CHUNKS = 20;
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final WriterProcess WRITER = new WriterProcess("elsewhere", "boot", 1, 1);

  private final ObjectStore store;
  private final TreeKeys keys;
  private final Random random = new Random(1);
  private Slot slot = Slot.NONE;
  private Optional<UUID> previous = Optional.empty();

  private BigTree(ObjectStore store, TreeName tree) {
    this.store = store;
    this.keys = new TreeKeys(tree);
  }

  /**
   * Makes the tree, which takes 1 + 2 × {@code backups} records.
   *
   * @param whole of how many backups, the newest, everything is true
   */
  public static void write(ObjectStore store, TreeName tree, int backups, int whole) {
    BigTree made = new BigTree(store, tree);
    made.append(new LogEvent.Create(SegmentSize.DEFAULT, Compression.DEFAULT));
    Optional<BackupId> parent = Optional.empty();
    for (int n = 0; n < backups; n++) {
      BackupId id = new BackupId(made.uuid());
      BackupName name = new BackupName("backup-" + n);
      made.append(new LogEvent.Intent(id, name, parent, WRITER));
      made.append(n < backups - whole ? made.hollow(id, parent) : made.zeros(id, name));
      parent = Optional.of(id);
    }
    store.sync();
  }

  private UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private void append(LogEvent event) {
    slot = slot.next();
    LogRecord record =
        new LogRecord(uuid(), previous, BEGIN.plusSeconds(slot.value()), "elsewhere", event);
    previous = Optional.of(record.nonce());
    String key = "trees/%s/log/%016d".formatted(keys.tree(), slot.value());
    store.put(new ObjectKey(key), Body.of(RecordCodec.encode(record)));
  }

  /** Refers to chunks of its own and of its parent. */
  private LogEvent.Commit hollow(BackupId id, Optional<BackupId> parent) {
    References.Builder references = References.builder();
    for (int n = 0; n < CHUNKS; n++) {
      BackupId owner = n % 2 == 0 ? id : parent.orElse(id);
      references.add(new ChunkId(owner, new SegmentIndex(random.nextInt(1_000))));
    }
    byte[] sha256 = new byte[Digest.BYTES];
    random.nextBytes(sha256);
    return new LogEvent.Commit(
        id,
        new StoredObject(Digest.of(sha256), 10_000, 50_000),
        put(id, references.build()),
        new BackupFigures(DISK_BYTES, DISK_BYTES / 2, 1 << 20, 1 << 19, CHUNKS));
  }

  private StoredObject put(BackupId id, References references) {
    byte[] bytes = references.encode();
    store.put(keys.references(id), Body.of(bytes));
    return new StoredObject(Sha256.of(bytes), bytes.length, bytes.length);
  }

  private LogEvent.Commit zeros(BackupId id, BackupName name) {
    DiskGeometry geometry = new DiskGeometry(DISK_BYTES, SegmentSize.DEFAULT);
    ManifestMeta meta =
        new ManifestMeta(
            id, keys.tree(), name, Optional.empty(), geometry, BEGIN.plusSeconds(slot.value()));
    return new LogEvent.Commit(
        id,
        put(id, meta),
        put(id, References.builder().build()),
        new BackupFigures(DISK_BYTES, 0, 0, 0, 0));
  }

  private StoredObject put(BackupId id, ManifestMeta meta) {
    try {
      Path folder = Files.createTempDirectory("ekkofs-big-tree");
      Path raw = folder.resolve("raw");
      Path compressed = folder.resolve("compressed");
      try (ManifestWriter writer = ManifestWriter.create(raw, meta)) {
        writer.finish();
      }
      StoredObject stored = ZstdFiles.compress(raw, compressed, 1);
      store.put(keys.manifest(id), Body.of(Files.readAllBytes(compressed)));
      Files.delete(raw);
      Files.delete(compressed);
      Files.delete(folder);
      return stored;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
