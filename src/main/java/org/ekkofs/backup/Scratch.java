package org.ekkofs.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.model.FailedException;
import org.ekkofs.store.Body;

/** A temporary file that goes when it is closed. */
record Scratch(Path file) implements AutoCloseable {
  Body body() {
    try {
      return Body.of(file);
    } catch (IOException e) {
      throw new FailedException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new FailedException("cannot delete " + file + ": " + e.getMessage(), e);
    }
  }
}
