package org.ekkofs.backup;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Digest;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.sqlite.Sqlite;
import org.jspecify.annotations.Nullable;

/**
 * Where segments of a given digest are stored already: anywhere in the parent, or by this snapshot.
 * Lives in a temporary SQLite file, so memory does not grow with the disk; the parent's segments
 * are entered when the first changed segment asks. Safe for use by many threads; this object's lock
 * guards the database.
 */
final class KnownSegments implements AutoCloseable {
  private final Path file;
  private final ParentDisk parent;
  private final Connection connection;
  private final PreparedStatement find;
  private final PreparedStatement insert;
  private boolean parentEntered;

  KnownSegments(Path file, ParentDisk parent) {
    this.file = file;
    this.parent = parent;
    try {
      connection = Sqlite.openScratch(file);
      Sqlite.execute(
          connection,
          "CREATE TABLE known (digest BLOB PRIMARY KEY, parent_segment INTEGER, layers BLOB)"
              + " WITHOUT ROWID",
          "BEGIN");
      find = connection.prepareStatement("SELECT * FROM known WHERE digest = ?");
      insert = connection.prepareStatement("INSERT OR IGNORE INTO known VALUES (?, ?, ?)");
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** The layers of a segment with this digest. */
  synchronized Optional<List<Layer>> find(Digest digest) {
    try {
      enterParent();
      find.setBytes(1, digest.toBytes());
      try (ResultSet row = find.executeQuery()) {
        return row.next() ? layers(row) : Optional.empty();
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private Optional<List<Layer>> layers(ResultSet row) throws SQLException {
    byte @Nullable [] own = row.getBytes(3);
    return own == null
        ? parent.segment(new SegmentIndex(row.getLong(2))).map(SegmentEntry::layers)
        : Optional.of(decode(own));
  }

  private void enterParent() {
    if (!parentEntered) {
      parentEntered = true;
      parent.digests((segment, digest) -> enter(digest, segment.value(), null));
    }
  }

  /** Remembers a segment that this snapshot has stored. */
  synchronized void add(SegmentEntry entry) {
    enter(entry.digest(), entry.segment().value(), encode(entry.layers()));
  }

  private void enter(Digest digest, long segment, byte @Nullable [] layers) {
    try {
      insert.setBytes(1, digest.toBytes());
      insert.setLong(2, segment);
      insert.setBytes(3, layers);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static byte[] encode(List<Layer> layers) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (Layer layer : layers) {
        out.write(layer.chunk().owner().toBytes());
        out.writeLong(layer.chunk().segment().value());
        out.writeLong(layer.blocks().bits());
        out.writeLong(layer.storedBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static List<Layer> decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    List<Layer> layers = new ArrayList<>();
    while (buffer.hasRemaining()) {
      byte[] owner = new byte[BackupId.BYTES];
      buffer.get(owner);
      ChunkId chunk = new ChunkId(BackupId.fromBytes(owner), new SegmentIndex(buffer.getLong()));
      layers.add(new Layer(chunk, new BlockMask(buffer.getLong()), buffer.getLong()));
    }
    return layers;
  }

  private static RuntimeException failed(SQLException e) {
    return Sqlite.translate("remembering what is stored", e);
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
      Files.deleteIfExists(file);
    } catch (SQLException e) {
      throw failed(e);
    } catch (IOException e) {
      throw new FailedException("cannot delete " + file + ": " + e.getMessage(), e);
    }
  }
}
