package org.ekkofs.endtoend;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.backup.Tree;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.DiskSource;
import org.ekkofs.source.RawSource;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.SeededDisk;

/**
 * A repository with one tree of disks that are known by their seeds. The test's process writes it
 * as another host would that shares nothing with those who mount. Safe for use by many threads.
 */
final class SeededRepository implements AutoCloseable {
  static final TreeName TREE = new TreeName("web");

  private final Path folder;
  private final SegmentSize segmentSize;
  private final Repository repository;

  /** All that there ever were, whether deleted or not. */
  private final Map<String, SeededDisk> disks = new ConcurrentHashMap<>();

  /** Makes a repository in a folder. */
  SeededRepository(Path folder, SegmentSize segmentSize) {
    this.folder = folder;
    this.segmentSize = segmentSize;
    Repository.init(FolderObjectStore.create(path()), Clock.systemUTC());
    this.repository =
        Repository.open(
            new Hasty(FolderObjectStore.open(path())),
            new LocalState(folder.resolve("writer")),
            Surroundings.real());
  }

  /** Makes nothing durable: no test cuts the power, and disks under tests are slow at it. */
  private static final class Hasty extends ForwardingObjectStore {
    Hasty(ObjectStore store) {
      super(store);
    }

    @Override
    public void sync() {}
  }

  /** Where it lies. */
  Path path() {
    return folder.resolve("repository");
  }

  /** The backups there ever were, by name. */
  Map<String, SeededDisk> disks() {
    return disks;
  }

  /** Backs up a disk without a parent. */
  void take(String name, SeededDisk disk) {
    disks.put(name, disk);
    take(name, Optional.empty());
  }

  /** Backs up what became of the disk of another backup. */
  void takeNext(String name, String parent) {
    expectNext(name, parent);
    take(name, Optional.of(new BackupName(parent)));
  }

  /** Says that somebody else will back up what became of the disk of another backup. */
  void expectNext(String name, String parent) {
    disks.put(name, disks.get(parent).next());
  }

  private void take(String name, Optional<BackupName> parent) {
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(TREE, new BackupName(name)),
            parent,
            Optional.of(segmentSize),
            Optional.of(new Compression(1)));
    try (DiskSource source = RawSource.open(file(name))) {
      new Snapshots(repository).take(source, request, Progress.NONE);
    }
  }

  /** The disk of a backup as a file, made when first asked for. */
  synchronized Path file(String name) {
    Path file = folder.resolve(name + ".raw");
    return file.toFile().exists() ? file : disks.get(name).writeTo(file);
  }

  /** Deletes a backup. */
  void delete(String name) {
    tree().delete(new BackupName(name));
  }

  /** Brings a deleted backup back. */
  void undelete(String name) {
    tree().undelete(new BackupName(name), new BackupName(name));
  }

  /** What the keys of the chunks that a backup has stored begin with. */
  String chunksOf(String name) {
    return tree().keys().chunksOf(tree().find(new BackupName(name)).id());
  }

  private Tree tree() {
    return repository.tree(TREE);
  }

  @Override
  public void close() {
    repository.close();
  }
}
