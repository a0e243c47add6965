package org.ekkofs.manifest;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.ekkofs.sqlite.Sqlite;
import org.jspecify.annotations.Nullable;

/**
 * A manifest open for reading. Everything in it is checked as it is read. Safe for use by many
 * threads, one after the other: this object's lock guards the database.
 */
public final class Manifest implements AutoCloseable {
  private final Connection connection;
  private final PreparedStatement range;
  private final PreparedStatement next;
  private final PreparedStatement masks;
  private final PreparedStatement whole;
  private final ManifestMeta meta;

  private Manifest(Connection connection) throws SQLException {
    this.connection = connection;
    checkKind(connection);
    this.meta = readMeta(connection);
    checkSegments(connection, meta.geometry());
    this.range = connection.prepareStatement(ManifestSchema.RANGE);
    this.next = connection.prepareStatement(ManifestSchema.NEXT);
    this.masks = connection.prepareStatement(ManifestSchema.MASKS);
    this.whole = connection.prepareStatement(ManifestSchema.WHOLE);
  }

  /**
   * Opens a manifest that will not change any more.
   *
   * @throws CorruptException if the file is no manifest of a version known here
   */
  public static Manifest open(Path file) {
    try {
      Connection connection = Sqlite.openImmutable(file);
      try {
        return new Manifest(connection);
      } catch (SQLException | EkkofsException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw Sqlite.isOtherSchema(e)
          ? new CorruptException("the manifest lacks what every manifest has", e)
          : Sqlite.translate("the manifest", e);
    }
  }

  private static void checkKind(Connection connection) throws SQLException {
    if (pragma(connection, "application_id") != ManifestSchema.APPLICATION_ID) {
      throw new CorruptException("the manifest: an SQLite database of another kind");
    }
    long version = pragma(connection, "user_version");
    if (version != ManifestSchema.VERSION) {
      throw new CorruptException("the manifest has version " + version + ", not known here");
    }
  }

  private static long pragma(Connection connection, String name) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement("PRAGMA " + name);
        ResultSet row = query.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private static ManifestMeta readMeta(Connection connection) throws SQLException {
    Map<String, String> values = new HashMap<>();
    try (PreparedStatement query =
            connection.prepareStatement("SELECT key, value FROM meta LIMIT 100");
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        values.put(row.getString(1), row.getString(2));
      }
    }
    try {
      return new ManifestMeta(
          BackupId.parse(value(values, "backup")),
          new TreeName(value(values, "tree")),
          new BackupName(value(values, "name")),
          Optional.ofNullable(values.get("parent")).map(BackupId::parse),
          new DiskGeometry(
              Long.parseLong(value(values, "disk_bytes")),
              new SegmentSize(Integer.parseInt(value(values, "segment_bytes")))),
          Instant.parse(value(values, "taken")));
    } catch (NumberFormatException | DateTimeException | EkkofsException e) {
      throw new CorruptException("the manifest's description of its backup is damaged", e);
    }
  }

  private static void checkSegments(Connection connection, DiskGeometry geometry)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(ManifestSchema.BOUNDS);
        ResultSet row = query.executeQuery()) {
      if (row.next() && row.getObject(1) != null) {
        check(row.getLong(1), geometry);
        check(row.getLong(2), geometry);
      }
    }
  }

  private static long check(long segment, DiskGeometry geometry) {
    if (segment < 0 || segment >= geometry.segments()) {
      throw new CorruptException("the manifest has a segment " + segment + " outside the disk");
    }
    return segment;
  }

  private static String value(Map<String, String> values, String key) {
    @Nullable String value = values.get(key);
    if (value == null) {
      throw new CorruptException("the manifest does not say " + key);
    }
    return value;
  }

  /** What the manifest says of the backup as a whole. */
  public ManifestMeta meta() {
    return meta;
  }

  /**
   * Reads the segments from {@code from} up to but without {@code to}, in order; those that are all
   * zero are left out.
   *
   * @param consumer called with the lock held, so it must not wait
   * @throws CorruptException if a row is impossible
   */
  public synchronized void read(long from, long to, Consumer<SegmentEntry> consumer) {
    try {
      range.setLong(1, from);
      range.setLong(2, to);
      try (ResultSet rows = range.executeQuery()) {
        SegmentRows reader = new SegmentRows(meta.geometry());
        while (rows.next()) {
          reader.row(rows).ifPresent(consumer);
        }
        reader.end().ifPresent(consumer);
      }
    } catch (SQLException e) {
      throw Sqlite.translate("the manifest", e);
    }
  }

  /** Shows the digest of every segment that is not all zero, in order. */
  public synchronized void digests(BiConsumer<SegmentIndex, Digest> consumer) {
    try (PreparedStatement query =
            connection.prepareStatement("SELECT segment, digest FROM segments ORDER BY segment");
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        byte[] digest = row.getBytes(2);
        if (digest == null) {
          throw new CorruptException("the manifest has a segment without a digest");
        }
        long segment = check(row.getLong(1), meta.geometry());
        consumer.accept(new SegmentIndex(segment), Digest.of(digest));
      }
    } catch (SQLException e) {
      throw Sqlite.translate("the manifest", e);
    }
  }

  /**
   * The first segment at or after {@code from} that is not all zero; empty if there is none.
   *
   * @throws CorruptException if it is not one of the disk's
   */
  public synchronized OptionalLong next(long from) {
    try {
      next.setLong(1, from);
      try (ResultSet row = next.executeQuery()) {
        if (!row.next()) {
          return OptionalLong.empty();
        }
        long found = check(row.getLong(1), meta.geometry());
        if (found < from) {
          throw new CorruptException("the manifest's segments are out of order");
        }
        return OptionalLong.of(found);
      }
    } catch (SQLException e) {
      throw Sqlite.translate("the manifest", e);
    }
  }

  /** Sees which blocks of one segment after the other are not zero. */
  @FunctionalInterface
  public interface MaskVisitor {
    /**
     * A segment that is not all zero.
     *
     * @return whether to go on
     */
    boolean segment(long segment, BlockMask blocks);
  }

  /**
   * Shows which blocks of the segments at and after {@code from} are not zero, in order, at a small
   * part of what {@link #read} costs. Ends when the visitor has seen enough.
   *
   * @param visitor called with the lock held, so it must not wait, and should not go on for long
   * @throws CorruptException if a row is impossible
   */
  public synchronized void masks(long from, MaskVisitor visitor) {
    try {
      masks.setLong(1, from);
      try (ResultSet rows = masks.executeQuery()) {
        new MaskRows(meta.geometry()).read(rows, visitor);
      }
    } catch (SQLException e) {
      throw Sqlite.translate("the manifest", e);
    }
  }

  /**
   * Whether all segments from {@code from} up to but without {@code to}, none of them short, are
   * data in every block and lie in one chunk each; that costs less than seeing their masks. False
   * says nothing.
   */
  public synchronized boolean isWhole(long from, long to) {
    try {
      whole.setLong(1, from);
      whole.setLong(2, to);
      try (ResultSet row = whole.executeQuery()) {
        long all = BlockMask.first(SegmentSize.BLOCKS).bits();
        return row.next()
            && row.getLong(1) == to - from
            && row.getLong(2) == all
            && row.getLong(3) == all;
      }
    } catch (SQLException e) {
      throw Sqlite.translate("the manifest", e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw Sqlite.translate("closing the manifest", e);
    }
  }
}
