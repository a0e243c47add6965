package org.ekkofs.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Copied;
import org.ekkofs.model.Digest;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;

/**
 * What the records of a log mean, written down a second time: the table of docs/protocol.md and
 * nothing else. What decides in ekkofs is {@code log.TreeState}; the two must agree.
 */
final class LogModel {
  /** How far a backup has come. */
  enum Stage {
    OPEN,
    VISIBLE,
    HIDDEN,
    PLANNED,
    SWEPT,
    REVOKED
  }

  /** What is known of a backup. */
  static final class Entry {
    final BackupId id;
    final long intentAt;
    final Optional<BackupId> parent;
    final Optional<BackupId> continues;
    BackupName name;
    Stage stage = Stage.OPEN;
    Optional<LogEvent.Commit> commit = Optional.empty();
    long committedAt;
    long hiddenAt;
    boolean guarded;
    boolean wasHidden;
    boolean wasBroughtBack;

    Entry(LogEvent.Intent intent, long slot) {
      this.id = intent.backup();
      this.name = intent.name();
      this.parent = intent.parent();
      this.continues = intent.copied().flatMap(Copied::continues);
      this.intentAt = slot;
    }

    /** Whether it was promised that it can be read, now or after an undelete. */
    boolean isPromised() {
      return stage == Stage.VISIBLE || stage == Stage.HIDDEN;
    }

    private boolean mayHaveBeenVisibleAt(long slot) {
      boolean hiddenSince = stage == Stage.HIDDEN && hiddenAt <= slot;
      return isPromised() && committedAt <= slot && !hiddenSince;
    }
  }

  private final Map<BackupId, Entry> entries = new LinkedHashMap<>();
  private final Map<Digest, List<BackupId>> plans = new LinkedHashMap<>();
  private long slot;
  private long lastPlan;

  /** Every backup whose intent took effect, in order. */
  Collection<Entry> entries() {
    return entries.values();
  }

  Optional<Entry> entry(BackupId id) {
    return Optional.ofNullable(entries.get(id));
  }

  Optional<Entry> visible(BackupName name) {
    return entries.values().stream()
        .filter(entry -> entry.stage == Stage.VISIBLE && entry.name.equals(name))
        .findAny();
  }

  /** The slot of the last plan that took effect; 0 if there was none. */
  long lastPlan() {
    return lastPlan;
  }

  /** The slot of the last record. */
  long slot() {
    return slot;
  }

  /** Applies the next record; gives the backups whose stage has changed. */
  List<Entry> apply(LogRecord record) {
    slot++;
    LogEvent event = record.event();
    if (event instanceof LogEvent.Intent intent) {
      return intent(intent);
    }
    if (event instanceof LogEvent.Plan plan) {
      return plan(plan);
    }
    if (event instanceof LogEvent.Swept swept) {
      return swept(swept);
    }
    return event instanceof LogEvent.OfBackup of && entries.containsKey(of.backup())
        ? ofBackup(entries.get(of.backup()), of)
        : List.of();
  }

  private List<Entry> intent(LogEvent.Intent intent) {
    boolean parentVisible =
        intent.parent().isEmpty()
            || entry(intent.parent().get()).map(p -> p.stage == Stage.VISIBLE).orElse(false);
    Entry entry = new Entry(intent, slot);
    if (entries.containsKey(intent.backup()) || !parentVisible || !continuesOpen(entry)) {
      return List.of();
    }
    entries.put(entry.id, entry);
    return List.of(entry);
  }

  private boolean continuesOpen(Entry entry) {
    if (entry.continues.isEmpty()) {
      return true;
    }
    return entry(entry.continues.get())
        .map(before -> before.stage == Stage.OPEN && continuesOpen(before))
        .orElse(false);
  }

  /** What a copy that is complete has taken over is nobody's any more. */
  private List<Entry> committed(Entry entry) {
    List<Entry> changed = new ArrayList<>(List.of(entry));
    for (Optional<BackupId> id = entry.continues; id.isPresent(); ) {
      Entry before = entries.get(id.get());
      before.stage = Stage.REVOKED;
      changed.add(before);
      id = before.continues;
    }
    return changed;
  }

  private List<Entry> ofBackup(Entry entry, LogEvent.OfBackup event) {
    Stage before = entry.stage;
    if (event instanceof LogEvent.Commit commit && before == Stage.OPEN) {
      boolean free = visible(entry.name).isEmpty() && continuesOpen(entry);
      entry.stage = free ? Stage.VISIBLE : Stage.REVOKED;
      entry.commit = free ? Optional.of(commit) : Optional.empty();
      entry.committedAt = slot;
      return free ? committed(entry) : List.of(entry);
    } else if (event instanceof LogEvent.Revoke && before == Stage.OPEN) {
      entry.stage = Stage.REVOKED;
    } else if (event instanceof LogEvent.Protect && before == Stage.VISIBLE) {
      entry.guarded = true;
    } else if (event instanceof LogEvent.Unprotect && before == Stage.VISIBLE) {
      entry.guarded = false;
    } else if (event instanceof LogEvent.Hide && before == Stage.VISIBLE && !entry.guarded) {
      entry.stage = Stage.HIDDEN;
      entry.hiddenAt = slot;
      entry.wasHidden = true;
    } else if (event instanceof LogEvent.Unhide unhide
        && before == Stage.HIDDEN
        && visible(unhide.name()).isEmpty()) {
      entry.stage = Stage.VISIBLE;
      entry.name = unhide.name();
      entry.wasBroughtBack = true;
    }
    return entry.stage == before ? List.of() : List.of(entry);
  }

  private List<Entry> plan(LogEvent.Plan plan) {
    List<Entry> covered = new ArrayList<>();
    plan.backups().forEach(id -> entry(id).ifPresent(covered::add));
    boolean fits =
        plan.asOf().value() >= lastPlan
            && plan.asOf().value() < slot
            && covered.size() == plan.backups().size()
            && covered.stream().allMatch(entry -> isCoverable(entry, plan.asOf().value()));
    if (!fits) {
      return List.of();
    }
    lastPlan = slot;
    plans.put(plan.plan(), plan.backups());
    covered.forEach(entry -> entry.stage = Stage.PLANNED);
    return covered;
  }

  private boolean isCoverable(Entry entry, long asOf) {
    return entry.stage == Stage.HIDDEN
        && entry.hiddenAt <= asOf
        && entries.values().stream()
            .filter(other -> other.stage == Stage.OPEN)
            .noneMatch(open -> entry.mayHaveBeenVisibleAt(open.intentAt));
  }

  private List<Entry> swept(LogEvent.Swept swept) {
    List<Entry> gone = new ArrayList<>();
    List<BackupId> covered = plans.remove(swept.plan());
    if (covered != null) {
      covered.forEach(id -> gone.add(entries.get(id)));
      gone.forEach(entry -> entry.stage = Stage.SWEPT);
    }
    return gone;
  }
}
