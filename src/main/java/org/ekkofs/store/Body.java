package org.ekkofs.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is to be stored: a known number of bytes that can be read as often as needed. */
public interface Body {
  /** How many bytes there are. */
  long length();

  /** A new stream over all of them, from the beginning. */
  InputStream open() throws IOException;

  /** The bytes of an array, which must not change until they are stored. */
  static Body of(byte[] bytes) {
    return new Body() {
      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    };
  }

  /** The content of a file, which must not change until it is stored. */
  static Body of(Path file) throws IOException {
    long length = Files.size(file);
    return new Body() {
      @Override
      public long length() {
        return length;
      }

      @Override
      public InputStream open() throws IOException {
        return Files.newInputStream(file);
      }
    };
  }
}
