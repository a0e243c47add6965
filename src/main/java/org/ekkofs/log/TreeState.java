package org.ekkofs.log;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Slot;

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
  private final Set<BackupId> changed = new LinkedHashSet<>();
  private Slot slot = Slot.NONE;
  private Optional<LogRecord> last = Optional.empty();
  private Optional<LogEvent.Create> settings = Optional.empty();

  /** The state before the first record. */
  public TreeState() {}

  /**
   * The state that was reached at a slot before, as {@link #backups}, {@link #settings} and {@link
   * #last} told it then.
   */
  public static TreeState resume(
      LogEvent.Create settings, Slot slot, LogRecord last, Collection<TrackedBackup> backups) {
    TreeState state = new TreeState();
    state.settings = Optional.of(settings);
    state.slot = slot;
    state.last = Optional.of(last);
    for (TrackedBackup backup : backups) {
      state.backups.put(backup.id(), backup);
      if (backup.isVisible()) {
        state.visible.put(backup.name(), backup.id());
      }
    }
    return state;
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
    }
  }

  private void open(Slot at, LogRecord record, LogEvent.Intent intent) {
    boolean fits =
        !backups.containsKey(intent.backup()) && intent.parent().map(this::isVisible).orElse(true);
    if (fits) {
      put(
          new TrackedBackup(
              intent.backup(),
              intent.name(),
              intent.parent(),
              at,
              record.time(),
              intent.writer(),
              new Phase.Open()));
    }
  }

  private void change(Slot at, LogRecord record, TrackedBackup backup) {
    LogEvent event = record.event();
    Phase phase = backup.phase();
    if (phase instanceof Phase.Open && event instanceof LogEvent.Commit commit) {
      boolean free = !visible.containsKey(backup.name());
      put(backup.in(free ? new Phase.Visible(commit, at) : new Phase.Revoked()));
    } else if (phase instanceof Phase.Open && event instanceof LogEvent.Revoke) {
      put(backup.in(new Phase.Revoked()));
    } else if (phase instanceof Phase.Visible seen && event instanceof LogEvent.Hide) {
      visible.remove(backup.name());
      put(backup.in(new Phase.Hidden(seen.commit(), seen.committedAt(), at, record.time())));
    } else if (phase instanceof Phase.Hidden hidden
        && event instanceof LogEvent.Unhide unhide
        && !visible.containsKey(unhide.name())) {
      put(backup.named(unhide.name()).in(new Phase.Visible(hidden.commit(), hidden.committedAt())));
    }
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
  }
}
