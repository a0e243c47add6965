package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The objects that lie under some folders of a tree in a folder store, and which files they were.
 *
 * @param files by their paths below the tree
 */
record StoredFiles(Map<String, Identity> files) {
  /** What stays the same of a file that nobody writes again. */
  record Identity(Object inode, FileTime modified, long bytes) {}

  /** Looks what lies there now; a folder that does not exist is empty. */
  static StoredFiles of(Path tree, String... folders) {
    Map<String, Identity> files = new TreeMap<>();
    for (String folder : folders) {
      if (Files.exists(tree.resolve(folder))) {
        collect(tree, tree.resolve(folder), files);
      }
    }
    return new StoredFiles(files);
  }

  private static void collect(Path tree, Path folder, Map<String, Identity> files) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
        if (found.isRegularFile()) {
          Identity identity = new Identity(found.fileKey(), found.lastModifiedTime(), found.size());
          files.put(tree.relativize(path).toString(), identity);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Their paths below the tree. */
  Set<String> paths() {
    return files.keySet();
  }

  /** Requires that these are some of the earlier ones, and none was written since. */
  void assertOnlyFewerThan(StoredFiles before) {
    assertThat(before.files)
        .as("files that are still there, untouched")
        .containsAllEntriesOf(files);
  }
}
