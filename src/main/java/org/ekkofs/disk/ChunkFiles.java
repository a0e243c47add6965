package org.ekkofs.disk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.ekkofs.format.Chunk;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ObjectKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local tier of the chunk cache: chunks as they lie in the store, a file each, so that every
 * one is verified again when it is read and a torn or damaged file is simply not there. What goes
 * when it is full is decided by how often and how recently chunks were used. Nothing that goes
 * wrong here fails a read. Safe for use by many threads, and by several processes on one folder.
 */
public final class ChunkFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkFiles.class);

  private final Path folder;
  private final Cache<ObjectKey, Integer> sizes;
  private final AtomicBoolean complained = new AtomicBoolean();

  private ChunkFiles(Path folder, long maxBytes) {
    this.folder = folder;
    this.sizes =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((ObjectKey key, Integer bytes) -> bytes)
            .evictionListener((key, bytes, cause) -> evicted(key, cause))
            .build();
  }

  /**
   * Opens the tier with what an earlier process left in the folder.
   *
   * @param maxBytes how much the files may take together
   */
  public static ChunkFiles open(Path folder, long maxBytes) {
    ChunkFiles files = new ChunkFiles(folder, maxBytes);
    files.scan();
    return files;
  }

  private void scan() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> left = Files.walk(folder)) {
      left.filter(Files::isRegularFile).forEach(this::found);
    } catch (IOException | UncheckedIOException e) {
      complain(e);
    }
  }

  private void found(Path file) {
    try {
      ObjectKey key = new ObjectKey(folder.relativize(file).toString());
      sizes.put(key, (int) Math.min(Integer.MAX_VALUE, Files.size(file)));
    } catch (IOException | InvalidException foreign) {
      complain(foreign);
    }
  }

  Optional<Chunk> get(ObjectKey key, ChunkCodec codec) {
    if (sizes.getIfPresent(key) == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(codec.decode(read(key, codec.maxObjectBytes())));
    } catch (IOException | EkkofsException goneOrDamaged) {
      forget(key);
      return Optional.empty();
    }
  }

  private byte[] read(ObjectKey key, int maxBytes) throws IOException {
    Path file = folder.resolve(key.value());
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      // Opening a pipe would wait for ever.
      throw new NoSuchFileException(file.toString());
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(maxBytes + 1);
    }
  }

  void forget(ObjectKey key) {
    sizes.invalidate(key);
    delete(key);
  }

  void put(ObjectKey key, byte[] object) {
    Path file = folder.resolve(key.value());
    Path temporary = file.resolveSibling(UUID.randomUUID() + ".tmp");
    try {
      Files.createDirectories(file.getParent());
      Files.write(temporary, object);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      sizes.put(key, object.length);
    } catch (IOException e) {
      complain(e);
      discard(temporary);
    }
  }

  private void evicted(@Nullable ObjectKey key, RemovalCause cause) {
    if (key != null && cause.wasEvicted()) {
      delete(key);
    }
  }

  private void delete(ObjectKey key) {
    discard(folder.resolve(key.value()));
  }

  private void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      complain(e);
    }
  }

  private void complain(Exception cause) {
    if (complained.compareAndSet(false, true)) {
      LOG.warn("the cache in {} is of limited use: {}", folder, cause.toString());
    }
  }

  @Override
  public void close() {
    sizes.cleanUp();
  }
}
