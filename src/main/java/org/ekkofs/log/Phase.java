package org.ekkofs.log;

import java.time.Instant;
import org.ekkofs.model.Digest;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.Slot;

/** How far a backup has come in its life. */
public sealed interface Phase {
  /** The snapshot is being taken. */
  record Open() implements Phase {}

  /** A phase of a backup that was committed. */
  sealed interface Committed extends Phase {
    /** What the commit said. */
    LogEvent.Commit commit();

    /** The slot of the commit. */
    Slot committedAt();
  }

  /** Complete, and to be seen. */
  record Visible(LogEvent.Commit commit, Slot committedAt) implements Committed {}

  /** Deleted as far as users see. */
  record Hidden(LogEvent.Commit commit, Slot committedAt, Slot hiddenAt, Instant hiddenTime)
      implements Committed {}

  /** Covered by a plan: what only it refers to is being deleted. */
  record Planned(Digest plan) implements Phase {}

  /** Deleted for good. */
  record Swept() implements Phase {}

  /** Never to be complete: revoked, or another took the name first. */
  record Revoked() implements Phase {}
}
