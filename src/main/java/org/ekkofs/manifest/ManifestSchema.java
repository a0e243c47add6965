package org.ekkofs.manifest;

/**
 * The layout of a manifest, an SQLite database.
 *
 * <pre>
 * application_id  0x454b4b4f ("EKKO")      user_version  1
 * meta            backup, tree, name, parent, disk_bytes, segment_bytes, taken (text)
 * owners          id → the 16 bytes of a backup id
 * segments        segment number → SHA-256 of the segment; all-zero segments have no row
 * layers          per segment: owner, the owner's segment, mask of 64 blocks, length of the object
 * </pre>
 */
final class ManifestSchema {
  static final int APPLICATION_ID = 0x454b4b4f;
  static final int VERSION = 1;

  static final String[] CREATE = {
    "PRAGMA application_id = " + APPLICATION_ID,
    "PRAGMA user_version = " + VERSION,
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE owners (id INTEGER PRIMARY KEY, backup BLOB NOT NULL)",
    "CREATE TABLE segments (segment INTEGER PRIMARY KEY, digest BLOB NOT NULL)",
    """
    CREATE TABLE layers (
      segment INTEGER NOT NULL, owner INTEGER NOT NULL, owner_segment INTEGER NOT NULL,
      blocks INTEGER NOT NULL, stored_length INTEGER NOT NULL,
      PRIMARY KEY (segment, owner, owner_segment)) WITHOUT ROWID"""
  };

  static final String RANGE =
      """
      SELECT s.segment, s.digest, o.backup, l.owner_segment, l.blocks, l.stored_length
      FROM segments s
      LEFT JOIN layers l ON l.segment = s.segment
      LEFT JOIN owners o ON o.id = l.owner
      WHERE s.segment >= ? AND s.segment < ?
      ORDER BY s.segment, l.owner, l.owner_segment""";

  static final String NEXT =
      "SELECT segment FROM segments WHERE segment >= ? ORDER BY segment LIMIT 1";

  /** In the order of the primary key, so that it costs what is read of it. */
  static final String MASKS =
      "SELECT segment, blocks FROM layers WHERE segment >= ? ORDER BY segment";

  /** Where the masks are all alike, every row is one segment. */
  static final String WHOLE =
      "SELECT count(*), min(blocks), max(blocks) FROM layers WHERE segment >= ? AND segment < ?";

  static final String BOUNDS =
      "SELECT (SELECT min(segment) FROM segments), (SELECT max(segment) FROM segments)";

  private ManifestSchema() {}
}
