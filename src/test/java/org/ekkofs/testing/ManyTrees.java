package org.ekkofs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.Digest;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.StoredObject;
import org.ekkofs.model.TreeName;
import org.ekkofs.model.WriterProcess;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * Logs of trees with many backups, written in one go. There is nothing behind those backups but
 * their records; real ones may follow them in the same tree.
 */
public final class ManyTrees {
  /** The size of each disk. */
  public static final long DISK_BYTES = 1L << 30;

  private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
  private static final WriterProcess WRITER = new WriterProcess("elsewhere", "boot", 1, 1);
  private static final int SECONDS_APART = 300;

  private final BiConsumer<ObjectKey, byte[]> put;
  private final TreeName tree;
  private final Random random;
  private Optional<UUID> last = Optional.empty();
  private Instant now = FIRST;
  private long slot;

  private ManyTrees(BiConsumer<ObjectKey, byte[]> put, TreeName tree) {
    this.put = put;
    this.tree = tree;
    this.random = new Random(tree.value().hashCode());
  }

  /** Makes one tree, a chain of so many visible backups, named as {@link #name} says. */
  public static void chain(ObjectStore store, TreeName tree, int backups) {
    new ManyTrees(into(store), tree).write(backups);
  }

  /** The same in the folder of a repository, without waiting until it is durable. */
  public static void chain(Path repository, TreeName tree, int backups) {
    new ManyTrees(into(repository), tree).write(backups);
  }

  /** Makes so many trees, named as {@link #tree} says, of so many backups each. */
  public static void trees(ObjectStore store, int trees, int backups) {
    trees(into(store), trees, backups);
  }

  /** The same in the folder of a repository, without waiting until they are durable. */
  public static void trees(Path repository, int trees, int backups) {
    trees(into(repository), trees, backups);
  }

  private static void trees(BiConsumer<ObjectKey, byte[]> put, int trees, int backups) {
    for (int number = 0; number < trees; number++) {
      new ManyTrees(put, tree(number)).write(backups);
    }
  }

  private static BiConsumer<ObjectKey, byte[]> into(ObjectStore store) {
    return (key, bytes) -> store.put(key, Body.of(bytes));
  }

  private static BiConsumer<ObjectKey, byte[]> into(Path repository) {
    return (key, bytes) -> {
      Path file = repository.resolve(key.value());
      try {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /** The name of a tree, counted from 0; in their order. */
  public static TreeName tree(int number) {
    return new TreeName(String.format(Locale.ROOT, "tree-%04d", number));
  }

  /** The name of a backup, counted from 0; in their order. */
  public static BackupName name(int number) {
    return new BackupName(String.format(Locale.ROOT, "backup-%05d", number));
  }

  private void write(int backups) {
    append(new LogEvent.Create(SegmentSize.DEFAULT, Compression.DEFAULT));
    Optional<BackupId> parent = Optional.empty();
    for (int number = 0; number < backups; number++) {
      BackupId id = new BackupId(uuid());
      append(new LogEvent.Intent(id, name(number), parent, WRITER));
      append(
          new LogEvent.Commit(
              id, object(), object(), new BackupFigures(DISK_BYTES, 1 << 20, 4096, 2048, 1)));
      parent = Optional.of(id);
    }
  }

  private StoredObject object() {
    byte[] digest = new byte[Digest.BYTES];
    random.nextBytes(digest);
    return new StoredObject(Digest.of(digest), 1000, 4096);
  }

  private UUID uuid() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  private void append(LogEvent event) {
    UUID nonce = uuid();
    now = now.plusSeconds(SECONDS_APART);
    slot++;
    byte[] record = RecordCodec.encode(new LogRecord(nonce, last, now, WRITER.host(), event));
    put.accept(
        ObjectKey.of("trees", tree.value(), "log", String.format(Locale.ROOT, "%016d", slot)),
        record);
    last = Optional.of(nonce);
  }
}
