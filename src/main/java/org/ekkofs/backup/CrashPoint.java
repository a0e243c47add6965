package org.ekkofs.backup;

/**
 * The moments at which a process may die and leave something half done behind. Tests stop the
 * process at each of them.
 */
public enum CrashPoint {
  /** The snapshot is announced and nothing is stored. */
  AFTER_INTENT,
  /** Some chunks are stored. */
  BETWEEN_CHUNKS,
  /** All chunks are stored. */
  BEFORE_MANIFEST,
  /** Everything is stored and nothing says so. */
  AFTER_MANIFEST,
  /** The commit is in the log and nobody was told. */
  AFTER_COMMIT,
  /** The backup is hidden and nobody was told. */
  AFTER_HIDE,
  /** A verification has read another segment. */
  BETWEEN_SEGMENTS
}
