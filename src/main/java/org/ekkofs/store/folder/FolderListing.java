package org.ekkofs.store.folder;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;
import org.ekkofs.store.ObjectInfo;
import org.jspecify.annotations.Nullable;

/**
 * Shows the objects among the files of a walk, which must not follow symbolic links. What vanishes
 * meanwhile is passed over, and so is whatever can be no object.
 */
final class FolderListing extends SimpleFileVisitor<Path> {
  private final RootFolder root;
  private final Consumer<ObjectInfo> consumer;

  FolderListing(RootFolder root, Consumer<ObjectInfo> consumer) {
    this.root = root;
    this.consumer = consumer;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    return holdsObjects(folder) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (attributes.isRegularFile()) {
      root.key(file)
          .ifPresent(
              key ->
                  consumer.accept(
                      new ObjectInfo(
                          key, attributes.size(), attributes.lastModifiedTime().toInstant())));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) {
    if (!(e instanceof NoSuchFileException) && holdsObjects(file)) {
      throw root.reading(file, e);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) {
    if (e != null && !(e instanceof NoSuchFileException)) {
      throw root.reading(folder, e);
    }
    return FileVisitResult.CONTINUE;
  }

  private boolean holdsObjects(Path folder) {
    return folder.equals(root.path()) || root.key(folder).isPresent();
  }
}
