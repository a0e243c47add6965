package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.backup.Tree;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.FetchSettings;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;

/**
 * A tree of a folder repository as a host sees it that only looks: what is visible, what that
 * refers to by its manifests, what lies in the store. For one thread.
 */
final class WatchedTree implements AutoCloseable {
  private static final int CACHE_BYTES = 32 << 20;

  private final Path folder;
  private final Repository repository;
  private final TreeName name;

  /** Manifests do not change. */
  private final Map<BackupId, Set<String>> referred = new HashMap<>();

  /** Watches a tree of the repository in a folder, with local state of its own. */
  WatchedTree(Path repository, TreeName name, Path local) {
    this.folder = repository.resolve("trees").resolve(name.value());
    this.name = name;
    this.repository =
        Repository.open(
            FolderObjectStore.open(repository), new LocalState(local), Surroundings.real());
  }

  private Tree tree() {
    return repository.tree(name);
  }

  /** The visible backups. */
  List<TrackedBackup> visible() {
    return tree().visible();
  }

  /** All that the log knows. */
  List<TrackedBackup> all() {
    return tree().all();
  }

  /** The backup of a name whose snapshot is not finished. */
  Optional<TrackedBackup> unfinished(String backup) {
    return all().stream()
        .filter(known -> known.isOpen() && known.name().value().equals(backup))
        .findFirst();
  }

  /** All chunks, manifests and references that lie there. */
  StoredFiles objects() {
    return StoredFiles.of(folder, "chunks", "manifests", "references");
  }

  /**
   * Requires that the chunks, manifests and references that lie there are exactly those of the
   * visible backups, and that no plan is left.
   */
  void assertNothingElseIsLeft() {
    Set<String> expected = new TreeSet<>();
    visible().forEach(backup -> expected.addAll(objectsOf(backup)));
    assertThat(objects().paths()).isEqualTo(expected);
    assertThat(StoredFiles.of(folder, "plans").paths()).isEmpty();
  }

  private Set<String> objectsOf(TrackedBackup backup) {
    return referred.computeIfAbsent(backup.id(), unknown -> objectsByManifest(backup));
  }

  private Set<String> objectsByManifest(TrackedBackup backup) {
    Set<String> paths = new TreeSet<>();
    paths.add(path(tree().keys().manifest(backup.id())));
    paths.add(path(tree().keys().references(backup.id())));
    try (Manifest manifest = tree().manifest(backup)) {
      manifest.read(
          0,
          manifest.meta().geometry().segments(),
          entry ->
              entry.layers().forEach(layer -> paths.add(path(tree().keys().chunk(layer.chunk())))));
    }
    return paths;
  }

  private String path(ObjectKey key) {
    String prefix = "trees/" + name + "/";
    assertThat(key.value()).startsWith(prefix);
    return key.value().substring(prefix.length());
  }

  /** Requires that all bytes of a backup are those of the model. */
  void assertHolds(TrackedBackup backup, ModelDisk model) {
    FetchSettings once = FetchSettings.DEFAULT.withTries(1);
    try (SegmentCache cache =
            new SegmentCache(repository.store(), once, CACHE_BYTES, Optional.empty());
        BackupDisk disk =
            new BackupDisk(tree().keys(), tree().manifest(backup), new SegmentTable(), cache)) {
      assertThat(disk.geometry().diskBytes()).as("%s", backup.name()).isEqualTo(model.size());
      for (int at = 0; at < model.size(); at += 1 << 20) {
        TestRepository.assertReads(disk, model, at, 1 << 20);
      }
    }
  }

  @Override
  public void close() {
    repository.close();
  }
}
