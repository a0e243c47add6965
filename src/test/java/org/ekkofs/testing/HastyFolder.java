package org.ekkofs.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.folder.FolderObjectStore;

/** The folder of a repository, where what is put is there at once and never made durable. */
public final class HastyFolder extends ForwardingObjectStore {
  private final Path folder;

  /** A folder that is there. */
  public HastyFolder(Path folder) {
    super(FolderObjectStore.open(folder));
    this.folder = folder;
  }

  @Override
  public void put(ObjectKey key, Body body) {
    Path file = folder.resolve(key.value());
    try (InputStream bytes = body.open()) {
      Files.createDirectories(file.getParent());
      Files.copy(bytes, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
