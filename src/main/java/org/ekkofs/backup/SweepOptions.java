package org.ekkofs.backup;

import java.time.Duration;

/**
 * How far a sweep goes.
 *
 * @param undoWindow what was deleted within this time stays
 * @param patience an unfinished snapshot that has stored nothing for this time is revoked
 * @param thorough whether to list all chunks there are, and take those to which nothing refers:
 *     ones that a store wrote after they were deleted, or a repair put back
 */
public record SweepOptions(Duration undoWindow, Duration patience, boolean thorough) {
  /** How long deleted backups can be brought back for certain. */
  public static final Duration UNDO_WINDOW = Duration.ofHours(24);

  /** How long a snapshot may store nothing before it is taken for dead. */
  public static final Duration PATIENCE = Duration.ofDays(2);

  /** A day to bring deleted backups back, two for a snapshot to go on. */
  public static final SweepOptions DEFAULT = new SweepOptions(UNDO_WINDOW, PATIENCE, false);

  /** Takes all that was deleted, no matter when. */
  public SweepOptions now() {
    return new SweepOptions(Duration.ZERO, patience, thorough);
  }
}
