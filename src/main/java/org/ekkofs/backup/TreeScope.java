package org.ekkofs.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.ManifestFiles;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.FailedException;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/**
 * What the parts of one tree's verification share: ways to read the store past every cache, with
 * manifests in a folder that goes when this is closed.
 */
record TreeScope(
    Repository repository,
    Tree tree,
    Sample sample,
    ManifestFiles manifests,
    SegmentTable table,
    SegmentCache cache,
    ChunkListing listing,
    TreeReferences references,
    Path folder)
    implements AutoCloseable {
  static TreeScope open(Repository repository, Tree tree, Sample sample) {
    ObjectStore store = repository.store();
    Path folder;
    try {
      folder = Files.createTempDirectory("ekkofs-verify");
    } catch (IOException e) {
      throw new FailedException("cannot make a temporary folder: " + e.getMessage(), e);
    }
    return new TreeScope(
        repository,
        tree,
        sample,
        new ManifestFiles(store, folder, repository.local().maxManifestBytes(), repository.clock()),
        new SegmentTable(),
        SegmentCache.none(store),
        new ChunkListing(store, tree.keys()),
        new TreeReferences(store, tree.keys()),
        folder);
  }

  ObjectStore store() {
    return repository.store();
  }

  TreeKeys keys() {
    return tree.keys();
  }

  /** Closes a manifest whose pages may be in the table. */
  void close(Manifest manifest) {
    table.forget(manifest);
    manifest.close();
  }

  @Override
  public void close() {
    cache.close();
    try (Stream<Path> left = Files.list(folder)) {
      for (Path file : (Iterable<Path>) left::iterator) {
        Files.deleteIfExists(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new FailedException("cannot clear " + folder + ": " + e.getMessage(), e);
    }
  }
}
