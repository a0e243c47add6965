package org.ekkofs.benchmark;

import com.github.luben.zstd.Zstd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.ekkofs.backup.Access;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.backup.Tree;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.log.LogStore;
import org.ekkofs.log.ObjectLogStore;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;
import org.ekkofs.store.folder.FolderObjectStore;

/** Reads all chunks of a backup as fast as this machine can, without FUSE and without order. */
final class ChunkReader implements AutoCloseable {
  private static final ChunkCodec CODEC = new ChunkCodec(SegmentSize.DEFAULT, Compression.DEFAULT);

  /** Whoever may write: the records lie in the store as well. */
  private static final Access READING =
      new Access() {
        @Override
        public ObjectStore decrypted(RepositoryDescriptor descriptor, ObjectStore store) {
          return store;
        }

        @Override
        public LogStore logs(
            RepositoryDescriptor descriptor,
            ObjectStore objects,
            ExecutorService readers,
            LocalState local,
            Host host) {
          return new ObjectLogStore(objects, readers);
        }
      };

  private final ObjectStore store;
  private final List<ObjectKey> keys;
  private final long stored;

  /** The chunks of a disk's newest backup, with something put around the store. */
  ChunkReader(Path repository, Path local, Disk disk, UnaryOperator<ObjectStore> around) {
    this(around.apply(FolderObjectStore.open(repository)), local, disk);
  }

  /** The chunks of a disk's newest backup in any store. */
  ChunkReader(ObjectStore store, Path local, Disk disk) {
    this.store = store;
    Map<ObjectKey, Long> found = new LinkedHashMap<>();
    TreeKeys names = new TreeKeys(new TreeName(disk.tree()));
    try (Repository open =
            Repository.open(
                new LeftOpen(store), READING, new LocalState(local), Surroundings.real());
        Manifest manifest = manifest(open.tree(names.tree()), disk)) {
      manifest.read(
          0,
          manifest.meta().geometry().segments(),
          entry ->
              entry
                  .layers()
                  .forEach(layer -> found.put(names.chunk(layer.chunk()), layer.storedBytes())));
    }
    keys = List.copyOf(found.keySet());
    stored = found.values().stream().mapToLong(bytes -> bytes).sum();
  }

  private static final class LeftOpen extends ForwardingObjectStore {
    LeftOpen(ObjectStore store) {
      super(store);
    }

    @Override
    public void close() {
      // It is still read from.
    }
  }

  private static Manifest manifest(Tree tree, Disk disk) {
    return tree.manifest(tree.find(new BackupName(disk.backup())));
  }

  /** How many there are. */
  int chunks() {
    return keys.size();
  }

  /** What they amount to in the store, in bytes. */
  long storedBytes() {
    return stored;
  }

  /** Reads and decompresses; gives seconds. */
  double decompress(int threads) throws InterruptedException {
    return seconds(threads, ChunkReader::decompress);
  }

  /** Reads, decompresses, and verifies every block; gives seconds. */
  double decompressAndVerify(int threads) throws InterruptedException {
    return seconds(threads, CODEC::decode);
  }

  /** Has them read by something else, and does nothing with them; gives seconds. */
  double fetch(int threads, Function<String, byte[]> get) throws InterruptedException {
    return seconds(threads, key -> get.apply(key.value()), object -> {});
  }

  private static void decompress(byte[] object) {
    int header = 8 + (Byte.toUnsignedInt(object[6]) << 8 | Byte.toUnsignedInt(object[7]));
    int length = CODEC.decodeHeader(object).rawLength();
    byte[] data = new byte[length];
    if (object.length - header == length) {
      System.arraycopy(object, header, data, 0, length);
    } else if (Zstd.decompressByteArray(data, 0, length, object, header, object.length - header)
        != length) {
      throw new IllegalStateException("a chunk does not decompress");
    }
  }

  private double seconds(int threads, Consumer<byte[]> decode) throws InterruptedException {
    return seconds(threads, key -> store.get(key, CODEC.maxObjectBytes()).orElseThrow(), decode);
  }

  private double seconds(int threads, Function<ObjectKey, byte[]> get, Consumer<byte[]> decode)
      throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      long begun = System.nanoTime();
      List<Future<?>> futures = new ArrayList<>();
      for (ObjectKey key : keys) {
        futures.add(pool.submit(() -> decode.accept(get.apply(key))));
      }
      for (Future<?> future : futures) {
        future.get();
      }
      return (System.nanoTime() - begun) / 1e9;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      pool.shutdownNow();
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
