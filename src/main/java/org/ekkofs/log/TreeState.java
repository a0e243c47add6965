package org.ekkofs.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Copied;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Slot;
import org.ekkofs.model.Verdict;

/**
 * What the records of one tree's log add up to: a pure function of the records 1 to {@link #slot},
 * the same on every host. Not safe for use by more than one thread.
 *
 * <p>A record that does not fit what came before it has no effect: whoever wrote it had to check
 * first, so it can only be the late word of somebody who lost a race, and everybody ignores it
 * alike.
 */
public final class TreeState {
  private final Map<BackupId, TrackedBackup> backups = new LinkedHashMap<>();
  private final Map<BackupName, BackupId> visible = new LinkedHashMap<>();
  private final Set<BackupId> open = new LinkedHashSet<>();
  private final Set<BackupId> changed = new LinkedHashSet<>();
  private Slot slot = Slot.NONE;
  private Optional<LogRecord> last = Optional.empty();
  private Optional<LogEvent.Create> settings = Optional.empty();
  private final Map<Digest, PendingPlan> plans = new LinkedHashMap<>();
  private Slot lastPlan = Slot.NONE;
  private long storedBytes;

  /** The state before the first record. */
  public TreeState() {}

  /**
   * The state that was reached at a slot before, as {@link #backups}, {@link #settings}, {@link
   * #last}, {@link #plans}, {@link #lastPlan} and {@link #storedBytes} told it then.
   */
  public static TreeState resume(
      LogEvent.Create settings,
      Slot slot,
      LogRecord last,
      Collection<TrackedBackup> backups,
      Collection<PendingPlan> plans,
      Slot lastPlan,
      long storedBytes) {
    TreeState state = new TreeState();
    plans.forEach(plan -> state.plans.put(plan.plan(), plan));
    state.lastPlan = lastPlan;
    state.storedBytes = storedBytes;
    state.settings = Optional.of(settings);
    state.slot = slot;
    state.last = Optional.of(last);
    for (TrackedBackup backup : backups) {
      state.put(backup);
    }
    state.changed.clear();
    return state;
  }

  /** The same state, which goes its own way from here. */
  public TreeState copy() {
    return supposingRevoked(Set.of());
  }

  /**
   * This state as it would be if some unfinished snapshots were revoked; the log does not change.
   */
  public TreeState supposingRevoked(Set<BackupId> snapshots) {
    List<TrackedBackup> supposed =
        backups.values().stream()
            .map(
                backup ->
                    backup.isOpen() && snapshots.contains(backup.id())
                        ? backup.in(new Phase.Revoked())
                        : backup)
            .toList();
    return resume(
        settings.orElseThrow(),
        slot,
        last.orElseThrow(),
        supposed,
        plans.values(),
        lastPlan,
        storedBytes);
  }

  /** Whether the other one says the same in everything. */
  public boolean isSameAs(TreeState other) {
    return slot.equals(other.slot)
        && last.equals(other.last)
        && settings.equals(other.settings)
        && lastPlan.equals(other.lastPlan)
        && storedBytes == other.storedBytes
        && plans().equals(other.plans())
        && List.copyOf(backups.values()).equals(List.copyOf(other.backups.values()));
  }

  /** The slot of the last record that was applied. */
  public Slot slot() {
    return slot;
  }

  /** The record in that slot. */
  public Optional<LogRecord> last() {
    return last;
  }

  /** What the tree was created with; empty as long as it was not. */
  public Optional<LogEvent.Create> settings() {
    return settings;
  }

  /** Every backup there ever was, in order of their intents. */
  public Collection<TrackedBackup> backups() {
    return Collections.unmodifiableCollection(backups.values());
  }

  /** The backup of this id. */
  public Optional<TrackedBackup> backup(BackupId id) {
    return Optional.ofNullable(backups.get(id));
  }

  /** The visible backup of this name. */
  public Optional<TrackedBackup> visible(BackupName name) {
    return Optional.ofNullable(visible.get(name)).flatMap(this::backup);
  }

  /** The plans that are to be carried out, oldest first. */
  public List<PendingPlan> plans() {
    return List.copyOf(plans.values());
  }

  /** Whether the plan took effect and is not carried out to its end, as far as the log knows. */
  public boolean isPending(Digest plan) {
    return plans.containsKey(plan);
  }

  /** The slot of the last plan that took effect, carried out or not; 0 if there was none. */
  public Slot lastPlan() {
    return lastPlan;
  }

  /**
   * How many bytes the chunks of the tree's backups take, those of deleted ones included until a
   * plan takes them; what unfinished snapshots have stored is not counted.
   */
  public long storedBytes() {
    return storedBytes;
  }

  /**
   * Whether an unfinished snapshot may refer to this backup's chunks: it was visible when that
   * began.
   */
  public boolean isPinned(TrackedBackup backup) {
    return pinning(backup).findAny().isPresent();
  }

  /** The unfinished snapshots that may refer to this backup's chunks. */
  public Stream<TrackedBackup> pinning(TrackedBackup backup) {
    return unfinished().filter(snapshot -> backup.mayHaveBeenVisibleAt(snapshot.slot()));
  }

  /** The snapshots that are neither complete nor revoked, in order of their intents. */
  public Stream<TrackedBackup> unfinished() {
    return open.stream().map(backups::get).map(Objects::requireNonNull);
  }

  /** The backups that changed since the last call. */
  public Collection<TrackedBackup> takeChanged() {
    Collection<TrackedBackup> result =
        changed.stream().map(backups::get).map(Objects::requireNonNull).toList();
    changed.clear();
    return result;
  }

  /**
   * Applies the record in the slot that follows.
   *
   * @throws CorruptException if the log does not begin with CREATE, the slot is not the next, or
   *     the record was written after another one
   */
  public void apply(Slot at, LogRecord record) {
    if (!at.equals(slot.next())) {
      throw new CorruptException("log record %s follows record %s".formatted(at, slot));
    }
    if (!record.previous().equals(last.map(LogRecord::nonce))) {
      throw new CorruptException("it was not written after the record that is before it now");
    }
    if (settings.isEmpty()) {
      create(record.event());
    } else {
      change(at, record);
    }
    slot = at;
    last = Optional.of(record);
  }

  private void create(LogEvent event) {
    if (!(event instanceof LogEvent.Create create)) {
      throw new CorruptException("the log does not begin with the tree's creation");
    }
    settings = Optional.of(create);
  }

  private void change(Slot at, LogRecord record) {
    LogEvent event = record.event();
    if (event instanceof LogEvent.Intent intent) {
      open(at, record, intent);
    } else if (event instanceof LogEvent.OfBackup ofBackup) {
      backup(ofBackup.backup()).ifPresent(backup -> change(at, record, backup));
    } else if (event instanceof LogEvent.Plan plan) {
      plan(at, plan);
    } else if (event instanceof LogEvent.Swept swept) {
      swept(swept.plan());
    } else if (event instanceof LogEvent.Verified verified) {
      verified(record.time(), verified);
    }
  }

  /** Whether the plan would take effect as the next record. */
  public boolean fits(LogEvent.Plan plan) {
    return fits(slot.next(), plan);
  }

  private boolean fits(Slot at, LogEvent.Plan plan) {
    return plan.asOf().compareTo(lastPlan) >= 0
        && plan.asOf().compareTo(at) < 0
        && plan.backups().stream().allMatch(id -> isCoverable(id, plan.asOf()));
  }

  /**
   * A plan that was made from an older state than it was written into is void if that could matter:
   * a backup it covers was brought back since, or another plan came first.
   */
  private void plan(Slot at, LogEvent.Plan plan) {
    if (fits(at, plan)) {
      plans.put(plan.plan(), new PendingPlan(plan.plan(), at, plan.backups()));
      lastPlan = at;
      storedBytes = Math.max(0, storedBytes - plan.bytes());
      plan.backups()
          .forEach(id -> backup(id).ifPresent(b -> put(b.in(new Phase.Planned(plan.plan())))));
    }
  }

  private boolean isCoverable(BackupId id, Slot asOf) {
    return backup(id)
        .filter(
            backup ->
                backup.phase() instanceof Phase.Hidden hidden
                    && hidden.hiddenAt().compareTo(asOf) <= 0
                    && !isPinned(backup))
        .isPresent();
  }

  private void swept(Digest digest) {
    PendingPlan plan = plans.remove(digest);
    if (plan != null) {
      plan.backups().forEach(id -> backup(id).ifPresent(b -> put(b.in(new Phase.Swept()))));
    }
  }

  private void verified(Instant time, LogEvent.Verified verified) {
    verified.sound().forEach(id -> judge(id, new Verdict(time, verified.percent(), true)));
    verified.damaged().forEach(id -> judge(id, new Verdict(time, verified.percent(), false)));
  }

  private void judge(BackupId id, Verdict verdict) {
    backup(id)
        .filter(backup -> backup.phase() instanceof Phase.Committed)
        .ifPresent(backup -> put(backup.judged(verdict)));
  }

  private void open(Slot at, LogRecord record, LogEvent.Intent intent) {
    boolean fits =
        !backups.containsKey(intent.backup())
            && intent.parent().map(this::isVisible).orElse(true)
            && intent.copied().flatMap(Copied::continues).map(this::canBeContinued).orElse(true);
    if (fits) {
      put(
          new TrackedBackup(
              intent.backup(),
              intent.name(),
              intent.parent(),
              at,
              record.time(),
              intent.writer(),
              new Phase.Open(),
              false,
              Optional.empty(),
              intent.copied()));
    }
  }

  private void change(Slot at, LogRecord record, TrackedBackup backup) {
    LogEvent event = record.event();
    Phase phase = backup.phase();
    if (phase instanceof Phase.Open && event instanceof LogEvent.Commit commit) {
      commit(at, backup, commit);
    } else if (phase instanceof Phase.Open && event instanceof LogEvent.Revoke) {
      put(backup.in(new Phase.Revoked()));
    } else if (phase instanceof Phase.Visible && event instanceof LogEvent.Protect) {
      put(backup.guarded(true));
    } else if (phase instanceof Phase.Visible && event instanceof LogEvent.Unprotect) {
      put(backup.guarded(false));
    } else if (phase instanceof Phase.Visible seen
        && event instanceof LogEvent.Hide
        && !backup.isProtected()) {
      visible.remove(backup.name());
      put(backup.in(new Phase.Hidden(seen.commit(), seen.committedAt(), at, record.time())));
    } else if (phase instanceof Phase.Hidden hidden
        && event instanceof LogEvent.Unhide unhide
        && !visible.containsKey(unhide.name())) {
      put(backup.named(unhide.name()).in(new Phase.Visible(hidden.commit(), hidden.committedAt())));
    }
  }

  private void commit(Slot at, TrackedBackup backup, LogEvent.Commit commit) {
    List<TrackedBackup> continued = continued(backup);
    boolean fits =
        !visible.containsKey(backup.name()) && continued.stream().allMatch(TrackedBackup::isOpen);
    if (fits) {
      storedBytes += commit.figures().storedBytes();
      put(backup.in(new Phase.Visible(commit, at)));
      continued.forEach(before -> put(before.in(new Phase.Revoked())));
    } else {
      put(backup.in(new Phase.Revoked()));
    }
  }

  /** The unfinished copies that a copy continues, one the other, the last one first. */
  public List<TrackedBackup> continued(TrackedBackup backup) {
    List<TrackedBackup> continued = new ArrayList<>();
    for (Optional<TrackedBackup> before = before(backup);
        before.isPresent();
        before = before(before.get())) {
      continued.add(before.get());
    }
    return continued;
  }

  /** In a state that was read from somewhere a later one could make a circle. */
  private Optional<TrackedBackup> before(TrackedBackup backup) {
    return backup
        .continues()
        .flatMap(this::backup)
        .filter(before -> before.slot().compareTo(backup.slot()) < 0);
  }

  /**
   * Whether it is open, and so is all that it continues itself: else nothing is ever made of it.
   */
  public boolean canBeContinued(BackupId id) {
    return isOpen(id)
        && backup(id).stream()
            .flatMap(copy -> continued(copy).stream())
            .allMatch(TrackedBackup::isOpen);
  }

  private boolean isOpen(BackupId id) {
    return backup(id).map(TrackedBackup::isOpen).orElse(false);
  }

  private boolean isVisible(BackupId id) {
    return backup(id).map(TrackedBackup::isVisible).orElse(false);
  }

  private void put(TrackedBackup backup) {
    backups.put(backup.id(), backup);
    changed.add(backup.id());
    if (backup.isVisible()) {
      visible.put(backup.name(), backup.id());
    }
    if (backup.isOpen()) {
      open.add(backup.id());
    } else {
      open.remove(backup.id());
    }
  }
}
