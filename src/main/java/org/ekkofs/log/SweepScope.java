package org.ekkofs.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.Slot;

/**
 * Which backups a sweep may take and which hold what they refer to: a pure function of the log's
 * state.
 *
 * @param asOf the slot of that state
 * @param covered the hidden backups that go
 * @param live all other backups that may be read, now or after they were brought back
 * @param revoked the snapshots that were given up; only who has continued one refers to what it
 *     stored
 * @param settled all backups that will never store anything more, swept ones included
 * @param waiting the hidden backups that do not go yet, and why
 */
public record SweepScope(
    Slot asOf,
    List<TrackedBackup> covered,
    List<TrackedBackup> live,
    List<TrackedBackup> revoked,
    Set<BackupId> settled,
    List<Waiting> waiting) {
  /** Why a hidden backup stays for now. */
  public enum Reason {
    /** It was deleted so lately that people may want it back. */
    UNDO_WINDOW,
    /** A snapshot that is not finished began while it was visible, and may share its chunks. */
    UNFINISHED_SNAPSHOT,
    /** Its file is open in this process. */
    OPEN_FILE,
    /** One plan cannot cover more. */
    NEXT_PLAN
  }

  /**
   * A backup that stays, and why.
   *
   * @param snapshots the unfinished snapshots it waits for, if that is the reason
   */
  public record Waiting(TrackedBackup backup, Reason reason, List<TrackedBackup> snapshots) {
    /** Copies the list. */
    public Waiting {
      snapshots = List.copyOf(snapshots);
    }

    Waiting(TrackedBackup backup, Reason reason) {
      this(backup, reason, List.of());
    }
  }

  /** Copies the lists. */
  public SweepScope {
    covered = List.copyOf(covered);
    live = List.copyOf(live);
    revoked = List.copyOf(revoked);
    settled = Set.copyOf(settled);
    waiting = List.copyOf(waiting);
  }

  /**
   * Divides the backups of a tree.
   *
   * @param hiddenBefore backups that were hidden at this time or later stay
   * @param most how many backups may be covered
   */
  public static SweepScope of(TreeState state, Instant hiddenBefore, int most) {
    List<TrackedBackup> covered = new ArrayList<>();
    List<TrackedBackup> live = new ArrayList<>();
    List<TrackedBackup> revoked = new ArrayList<>();
    Set<BackupId> settled = new HashSet<>();
    List<Waiting> waiting = new ArrayList<>();
    for (TrackedBackup backup : state.backups()) {
      if (!backup.isOpen() && !(backup.phase() instanceof Phase.Planned)) {
        settled.add(backup.id());
      }
      if (backup.phase() instanceof Phase.Visible) {
        live.add(backup);
      } else if (backup.phase() instanceof Phase.Revoked) {
        revoked.add(backup);
      } else if (backup.phase() instanceof Phase.Hidden hidden) {
        if (!hidden.hiddenTime().isBefore(hiddenBefore)) {
          waiting.add(new Waiting(backup, Reason.UNDO_WINDOW));
        } else if (state.isPinned(backup)) {
          List<TrackedBackup> snapshots = state.pinning(backup).toList();
          waiting.add(new Waiting(backup, Reason.UNFINISHED_SNAPSHOT, snapshots));
        } else if (covered.size() == most) {
          waiting.add(new Waiting(backup, Reason.NEXT_PLAN));
        } else {
          covered.add(backup);
        }
      }
    }
    waiting.forEach(stays -> live.add(stays.backup()));
    return new SweepScope(state.slot(), covered, live, revoked, settled, waiting);
  }

  /** The same, but that backups which are being read stay. */
  public SweepScope leaving(Set<BackupId> open) {
    List<TrackedBackup> staying =
        covered.stream().filter(backup -> open.contains(backup.id())).toList();
    List<TrackedBackup> going = new ArrayList<>(covered);
    going.removeAll(staying);
    List<TrackedBackup> moreLive = new ArrayList<>(live);
    moreLive.addAll(staying);
    List<Waiting> moreWaiting = new ArrayList<>(waiting);
    staying.forEach(backup -> moreWaiting.add(new Waiting(backup, Reason.OPEN_FILE)));
    return new SweepScope(asOf, going, moreLive, revoked, settled, moreWaiting);
  }

  /** Whether another plan can follow at once. */
  public boolean hasMore() {
    return waiting.stream().anyMatch(backup -> backup.reason() == Reason.NEXT_PLAN);
  }
}
