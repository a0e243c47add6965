package org.ekkofs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.ekkofs.backup.Access;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.backup.Tree;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.FetchSettings;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.DiskSource;
import org.ekkofs.store.ObjectStore;

/** A repository in memory with one tree, "web", and all that tests do with it. */
public final class TestRepository implements AutoCloseable {
  /** The tree. */
  public static final TreeName TREE = new TreeName("web");

  private static final int CACHE_BYTES = 64 << 20;

  private final MemoryObjectStore memory;
  private final Access access;
  private final FaultyObjectStore faults;
  private final CountingObjectStore counts;
  private final Repository repository;
  private SegmentSize segmentSize = SegmentSize.DEFAULT;
  private Compression compression = Compression.DEFAULT;

  private TestRepository(
      MemoryObjectStore memory, Access access, Path local, Surroundings surroundings) {
    this.memory = memory;
    this.access = access;
    this.faults = new FaultyObjectStore(memory);
    this.counts = new CountingObjectStore(faults);
    this.repository = Repository.open(counts, access, new LocalState(local), surroundings);
  }

  /** A new one, with its local state in a folder. */
  public static TestRepository create(Path local) {
    MemoryObjectStore memory = new MemoryObjectStore();
    Repository.init(memory, Clock.systemUTC());
    return new TestRepository(memory, Access.PLAIN, local, Surroundings.real());
  }

  /** A new one that is encrypted. */
  public static TestRepository createEncrypted(Path local) {
    MemoryObjectStore memory = new MemoryObjectStore();
    MasterKeyAccess access = MasterKeyAccess.init(memory);
    return new TestRepository(memory, access, local, Surroundings.real());
  }

  /** A new one whose tree will have these settings. */
  public static TestRepository create(Path local, SegmentSize size, Compression compression) {
    TestRepository made = create(local);
    made.segmentSize = size;
    made.compression = compression;
    return made;
  }

  /** The same repository as another process on this host sees it. */
  public TestRepository another(Path local, Consumer<CrashPoint> crashPoints) {
    return another(local, new Surroundings(Clock.systemUTC(), Host.current(), crashPoints));
  }

  /** The same repository from elsewhere. */
  public TestRepository another(Path local, Surroundings surroundings) {
    TestRepository other = new TestRepository(memory.another(), access, local, surroundings);
    other.segmentSize = segmentSize;
    other.compression = compression;
    return other;
  }

  /** The repository. */
  public Repository repository() {
    return repository;
  }

  /** Its store as the repository sees it, faults and counts included. */
  public ObjectStore store() {
    return repository.store();
  }

  /** The store behind the faults. */
  public MemoryObjectStore memory() {
    return memory;
  }

  /** Where faults can be put in. */
  public FaultyObjectStore faults() {
    return faults;
  }

  /** What was asked of the store. */
  public CountingObjectStore counts() {
    return counts;
  }

  /** The tree. */
  public Tree tree() {
    return repository.tree(TREE);
  }

  /** Backs up a model that knows its holes. */
  public TrackedBackup snapshot(ModelDisk disk, String name, String parent) {
    return snapshot(disk.source(true), name, parent);
  }

  /**
   * Backs up a disk.
   *
   * @param parent its name; empty for none
   */
  public TrackedBackup snapshot(DiskSource source, String name, String parent) {
    return snapshot(source, name, parent, Progress.NONE);
  }

  /** Backs up a disk. */
  public TrackedBackup snapshot(DiskSource source, String name, String parent, Progress progress) {
    try (source) {
      return new Snapshots(repository).take(source, request(name, parent), progress);
    }
  }

  private SnapshotRequest request(String name, String parent) {
    return new SnapshotRequest(
        new BackupPath(TREE, new BackupName(name)),
        Optional.of(parent).filter(text -> !text.isEmpty()).map(BackupName::new),
        Optional.of(segmentSize),
        Optional.of(compression));
  }

  /** What the log says of a backup. */
  public static BackupFigures figures(TrackedBackup backup) {
    return ((Phase.Committed) backup.phase()).commit().figures();
  }

  /** The manifest of a backup, to be closed. */
  public Manifest manifest(TrackedBackup backup) {
    return tree().manifest(backup);
  }

  /** Opens a backup as a disk. */
  public BackupDisk open(TrackedBackup backup, SegmentCache cache) {
    return new BackupDisk(tree().keys(), tree().manifest(backup), new SegmentTable(), cache);
  }

  /** A cache over the store with nothing in it. */
  public SegmentCache cache() {
    return new SegmentCache(
        store(), FetchSettings.DEFAULT.withTries(1), CACHE_BYTES, Optional.empty());
  }

  /** Compares a whole backup with the model, piecewise and at random. */
  public void assertHolds(TrackedBackup backup, ModelDisk model) {
    try (SegmentCache cache = cache();
        BackupDisk disk = open(backup, cache)) {
      assertThat(disk.geometry().diskBytes()).isEqualTo(model.size());
      for (int at = 0; at < model.size(); at += 999_983) {
        assertReads(disk, model, at, 999_983);
      }
      Random random = new Random(model.size());
      for (int n = 0; n < 20 && model.size() > 0; n++) {
        assertReads(disk, model, random.nextInt(model.size()), random.nextInt(70_000));
      }
      assertReads(disk, model, model.size(), 10);
    }
  }

  /** Compares one read, clipped at the end. */
  public static void assertReads(BackupDisk disk, ModelDisk model, int offset, int count) {
    ByteBuffer target = ByteBuffer.allocate(count);
    int expected = Math.min(count, model.size() - offset);
    try {
      assertThat(disk.read(offset, target)).isEqualTo(expected);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(target.position()).isEqualTo(expected);
    int wrong =
        Arrays.mismatch(target.array(), 0, expected, model.bytes(), offset, offset + expected);
    assertThat(wrong).as("first wrong byte of %d at %d", expected, offset).isNegative();
  }

  /** Writes a model into a file. */
  public static Path file(Path path, ModelDisk model) {
    try {
      return Files.write(path, model.bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    repository.close();
  }
}
