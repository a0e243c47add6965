package org.ekkofs.model;

/**
 * How hard a tree's chunks are compressed with zstd.
 *
 * @param level 1 (fast) to 19 (small); 0 stores everything raw
 */
public record Compression(int level) {
  /** What a tree gets if nobody says otherwise. */
  public static final Compression DEFAULT = new Compression(3);

  /**
   * Checks the level.
   *
   * @throws InvalidException if it is out of range
   */
  public Compression {
    if (level < 0 || level > 19) {
      throw new InvalidException("compression level " + level + ": it must be 0 to 19");
    }
  }
}
