package org.ekkofs.simulation;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.ekkofs.format.Chunk;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.References;
import org.ekkofs.format.Sha256;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.StoredObject;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.TreeKeys;
import org.sqlite.SQLiteConnection;

/**
 * What a backup needs to be read, found out without the code that reads backups, and compared with
 * the disk it was taken of.
 *
 * @param objects the keys of its manifest, its references and every chunk
 */
record Needs(Set<ObjectKey> objects) {
  private static final ChunkCodec CODEC = new ChunkCodec(SparseDisk.SIZE, Compression.DEFAULT);

  /** Copies the keys. */
  Needs {
    objects = Set.copyOf(objects);
  }

  /**
   * Reads a backup.
   *
   * @throws Loss if anything is missing, damaged, or not what was backed up
   */
  static Needs of(
      TreeKeys keys,
      LogEvent.Commit commit,
      SparseDisk disk,
      Function<ObjectKey, Optional<byte[]>> store) {
    BackupId id = commit.backup();
    byte[] manifest = verified(keys.manifest(id), commit.manifest(), store);
    byte[] references = verified(keys.references(id), commit.references(), store);
    Set<ObjectKey> objects = new LinkedHashSet<>(Set.of(keys.manifest(id), keys.references(id)));
    Set<Integer> seen = new HashSet<>();
    Set<ChunkId> chunks = new HashSet<>();
    byte[] database = Zstd.decompress(manifest, Math.toIntExact(commit.manifest().rawLength()));
    layers(
        database,
        (segment, chunk, mask) -> {
          chunks.add(chunk);
          ObjectKey key = keys.chunk(chunk);
          objects.add(key);
          compare(segment, key, mask, present(key, store), disk, seen);
        });
    if (!seen.equals(disk.blocks().keySet())) {
      throw new Loss("%s: holds blocks %s of %s".formatted(id, seen, disk));
    }
    checkReferences(id, References.decode(references), chunks);
    return new Needs(objects);
  }

  private static byte[] verified(
      ObjectKey key, StoredObject expected, Function<ObjectKey, Optional<byte[]>> store) {
    byte[] bytes = present(key, store);
    if (bytes.length != expected.length() || !Sha256.of(bytes).equals(expected.sha256())) {
      throw new Loss(key + " is not what was committed");
    }
    return bytes;
  }

  private static byte[] present(ObjectKey key, Function<ObjectKey, Optional<byte[]>> store) {
    return store.apply(key).orElseThrow(() -> new Missing(key + " is missing"));
  }

  private static void compare(
      int segment, ObjectKey key, long mask, byte[] object, SparseDisk disk, Set<Integer> seen) {
    Chunk chunk = CODEC.decode(object);
    for (int block = 0; block < SegmentSize.BLOCKS; block++) {
      if ((mask >>> block & 1) != 0) {
        int number = segment * SegmentSize.BLOCKS + block;
        ByteBuffer bytes = ByteBuffer.allocate(SparseDisk.SIZE.blockBytes());
        chunk.copy(block, 0, bytes.capacity(), bytes);
        if (!disk.holds(number, bytes.flip()) || !seen.add(number)) {
          throw new Loss("block %d of segment %d in %s is wrong".formatted(block, segment, key));
        }
      }
    }
  }

  private static void checkReferences(BackupId id, References references, Set<ChunkId> chunks) {
    if (references.count() != chunks.size() || !chunks.stream().allMatch(references::contains)) {
      throw new Loss(id + ": its references are not what its manifest refers to");
    }
  }

  private interface LayerVisitor {
    void layer(int segment, ChunkId chunk, long mask);
  }

  private static void layers(byte[] database, LayerVisitor visitor) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      connection.unwrap(SQLiteConnection.class).deserialize("main", database);
      try (ResultSet row =
          connection
              .createStatement()
              .executeQuery(
                  "SELECT l.segment, o.backup, l.owner_segment, l.blocks"
                      + " FROM layers l JOIN owners o ON o.id = l.owner")) {
        while (row.next()) {
          BackupId owner = BackupId.fromBytes(row.getBytes(2));
          visitor.layer(
              row.getInt(1), new ChunkId(owner, new SegmentIndex(row.getLong(3))), row.getLong(4));
        }
      }
    } catch (SQLException e) {
      throw new Loss("a manifest cannot be read", e);
    }
  }
}
