package org.ekkofs.restore;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ekkofs.backup.NewFile;
import org.ekkofs.model.Causes;
import org.ekkofs.model.EkkofsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hidden folder beside the file that is to appear, where it is written under the name that it
 * will have: some formats say in the image what its file is called. Gone when closed. For one
 * thread.
 */
final class PartFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PartFolder.class);

  private final NewFile name;
  private final Path folder;
  private final Path file;

  private PartFolder(NewFile name, Path folder) {
    this.name = name;
    this.folder = folder;
    this.file = folder.resolve(name.path().getFileName());
  }

  /**
   * Makes the folder.
   *
   * @throws EkkofsException if that cannot be done
   */
  static PartFolder make(NewFile name) {
    try {
      return new PartFolder(name, Files.createDirectory(name.part()));
    } catch (IOException e) {
      throw NewFile.failed(name.path(), e);
    }
  }

  /** What is to be written. */
  Path file() {
    return file;
  }

  /** Makes what was written durable. */
  void sync() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    } catch (IOException e) {
      throw NewFile.failed(name.path(), e);
    }
  }

  /** Gives the file its place; see {@link NewFile#complete}. */
  void complete() {
    name.complete(file);
  }

  @Override
  public void close() {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
      for (Path each : left) {
        Files.deleteIfExists(each);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", folder, Causes.of(e));
    }
  }
}
