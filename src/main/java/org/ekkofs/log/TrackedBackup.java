package org.ekkofs.log;

import java.time.Instant;
import java.util.Optional;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Copied;
import org.ekkofs.model.Slot;
import org.ekkofs.model.Verdict;
import org.ekkofs.model.WriterProcess;

/**
 * A backup as the commit log knows it.
 *
 * @param id its identity
 * @param name its name, also while the snapshot is open
 * @param parent what it was taken relative to
 * @param slot the slot of its intent
 * @param begun when its snapshot, or its being copied, began, by its writer's clock
 * @param writer the process that takes or took it
 * @param phase how far it has come
 * @param isProtected whether it cannot be deleted
 * @param verdict what its verifications have shown; empty if there was none
 * @param copied if it is a copy
 */
public record TrackedBackup(
    BackupId id,
    BackupName name,
    Optional<BackupId> parent,
    Slot slot,
    Instant begun,
    WriterProcess writer,
    Phase phase,
    boolean isProtected,
    Optional<Verdict> verdict,
    Optional<Copied> copied) {

  TrackedBackup in(Phase next) {
    return with(name, next, isProtected, verdict);
  }

  TrackedBackup named(BackupName next) {
    return with(next, phase, isProtected, verdict);
  }

  TrackedBackup guarded(boolean next) {
    return with(name, phase, next, verdict);
  }

  TrackedBackup judged(Verdict next) {
    return with(name, phase, isProtected, Optional.of(verdict.map(next::after).orElse(next)));
  }

  private TrackedBackup with(
      BackupName nextName, Phase nextPhase, boolean nextProtected, Optional<Verdict> nextVerdict) {
    return new TrackedBackup(
        id, nextName, parent, slot, begun, writer, nextPhase, nextProtected, nextVerdict, copied);
  }

  /** When the disk was as it is in this backup: of a copy, when its original was taken. */
  public Instant taken() {
    return copied.map(copy -> copy.origin().taken()).orElse(begun);
  }

  /** The unfinished copy that this one continues. */
  Optional<BackupId> continues() {
    return copied.flatMap(Copied::continues);
  }

  /** Whether it is committed and not hidden. */
  public boolean isVisible() {
    return phase instanceof Phase.Visible;
  }

  /**
   * Whether it may have been visible at a slot: certainly so if it was never brought back after it
   * was deleted.
   */
  boolean mayHaveBeenVisibleAt(Slot at) {
    if (!(phase instanceof Phase.Committed committed)
        || committed.committedAt().compareTo(at) > 0) {
      return false;
    }
    return !(phase instanceof Phase.Hidden hidden) || hidden.hiddenAt().compareTo(at) > 0;
  }

  /** Whether its snapshot was given up. */
  public boolean isRevoked() {
    return phase instanceof Phase.Revoked;
  }

  /** Whether its snapshot is still being taken, or its writer died without a word. */
  public boolean isOpen() {
    return phase instanceof Phase.Open;
  }
}
