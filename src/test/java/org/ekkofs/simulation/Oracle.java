package org.ekkofs.simulation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.format.SweepPlan;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.TreeKeys;

/**
 * Watches every change of the store and says when something is lost. What a backup needs is found
 * out once, when it becomes visible, and compared byte by byte with the disk it was taken of; from
 * then on, as long as it is visible or can be brought back, every change is checked against it. So
 * it is known after each step that every visible backup is whole.
 */
final class Oracle {
  private final TreeName tree;
  private final TreeKeys keys;
  private final Content content;
  private final LogModel log = new LogModel();
  private final Map<BackupId, SparseDisk> disks = new HashMap<>();
  private final Map<BackupId, Needs> needs = new HashMap<>();
  private final Map<ObjectKey, Integer> needed = new HashMap<>();
  private final Set<ObjectKey> ghosts = new HashSet<>();
  private Optional<LogRecord> last = Optional.empty();

  Oracle(TreeName tree, Content content) {
    this.tree = tree;
    this.keys = new TreeKeys(tree);
    this.content = content;
  }

  /** The disk of the backup that a record announces. */
  Optional<SparseDisk> diskOf(byte[] record) {
    return decoded(record).event() instanceof LogEvent.Intent intent
        ? Optional.ofNullable(disks.get(intent.backup()))
        : Optional.empty();
  }

  /** What the log says. */
  LogModel log() {
    return log;
  }

  /** The disk a backup was taken of. */
  SparseDisk disk(BackupId backup) {
    return disks.get(backup);
  }

  /**
   * An object was created that was not there.
   *
   * @param disk what the process that asked for it is backing up
   */
  void created(ObjectKey key, byte[] bytes, Optional<SparseDisk> disk) {
    if (key.value().startsWith("trees/" + tree + "/log/")) {
      if (Long.parseLong(key.name()) != log.slot() + 1) {
        throw new Loss(key + " does not follow record " + log.slot());
      }
      append(bytes, disk);
    } else if (SimulatedTable.isRow(key)) {
      announced(bytes, disk);
    }
  }

  /** Whoever copies a record from the database need not be who wrote it. */
  private void announced(byte[] bytes, Optional<SparseDisk> disk) {
    if (decoded(bytes).event() instanceof LogEvent.Intent intent) {
      disk.ifPresent(image -> disks.putIfAbsent(intent.backup(), image));
    }
  }

  private void append(byte[] bytes, Optional<SparseDisk> disk) {
    LogRecord record = decoded(bytes);
    if (!record.previous().equals(last.map(LogRecord::nonce))) {
      throw new Loss("record " + (log.slot() + 1) + " was written after another history");
    }
    last = Optional.of(record);
    List<LogModel.Entry> changed = log.apply(record);
    if (record.event() instanceof LogEvent.Intent intent) {
      disk.ifPresent(image -> disks.putIfAbsent(intent.backup(), image));
    }
    changed.forEach(this::changed);
  }

  private static LogRecord decoded(byte[] bytes) {
    try {
      return RecordCodec.decode(bytes);
    } catch (EkkofsException e) {
      throw new Loss("a record that cannot be read was written", e);
    }
  }

  private void changed(LogModel.Entry entry) {
    boolean was = needs.containsKey(entry.id);
    if (entry.isPromised() && !was) {
      Needs found = Needs.of(keys, entry.commit.orElseThrow(), disk(entry.id), content::get);
      needs.put(entry.id, found);
      found.objects().forEach(key -> needed.merge(key, 1, Integer::sum));
    } else if (was && !entry.isPromised()) {
      needs.remove(entry.id).objects().forEach(this::release);
    }
  }

  private void release(ObjectKey key) {
    needed.compute(key, (same, count) -> count == 1 ? null : count - 1);
  }

  /**
   * An object was put.
   *
   * @param before what was there
   * @param late whether its process had given it up, so that nobody need know of it
   */
  void put(ObjectKey key, Optional<byte[]> before, byte[] bytes, boolean late) {
    if (key.value().contains("/log/")) {
      throw new Loss(key + " was overwritten");
    }
    boolean other = before.map(old -> !Arrays.equals(old, bytes)).orElse(true);
    if (needed.containsKey(key) && other) {
      throw new Loss(key + " was replaced by something else");
    }
    if (late && before.isEmpty()) {
      ghosts.add(key);
    }
  }

  /** An object is to be deleted. */
  void deleted(ObjectKey key) {
    if (needed.containsKey(key)) {
      List<BackupId> losers =
          needs.entrySet().stream()
              .filter(backup -> backup.getValue().objects().contains(key))
              .map(Map.Entry::getKey)
              .toList();
      throw new Missing("%s was deleted, which is needed by %s".formatted(key, losers));
    }
    if (key.value().contains("/log/")) {
      throw new Loss(key + " was deleted");
    }
    ghosts.remove(key);
  }

  /** Somebody was told that this is so; it must be what the log says. */
  void told(String what, BackupId backup, Predicate<LogModel.Entry> truth) {
    if (!log.entry(backup).map(truth::test).orElse(false)) {
      throw new Loss(
          "%s was reported of %s, but it is %s"
              .formatted(what, backup, log.entry(backup).map(e -> e.stage.name()).orElse("none")));
    }
  }

  /** Somebody was told that a snapshot of exactly this disk failed. */
  void toldFailure(SparseDisk disk, Exception failure) {
    for (LogModel.Entry entry : log.entries()) {
      if (disks.get(entry.id) == disk && entry.stage == LogModel.Stage.VISIBLE) {
        throw new Loss("%s was reported of %s, but it is visible".formatted(failure, entry.id));
      }
    }
  }

  /** Whether there is a visible backup of this name. */
  boolean isVisible(BackupName name) {
    return log.visible(name).isPresent();
  }

  /** A plan that was never written into the log goes as soon as another one is. */
  private boolean awaitsPlan(ObjectKey key) {
    return key.value().startsWith(keys.plans())
        && SweepPlan.asOf(content.get(key).orElseThrow()).value() >= log.lastPlan();
  }

  /** Checks that the store holds all that backups need, and nothing that nobody needs. */
  void checkNothingLeft() {
    content.list("").stream()
        .map(object -> object.key())
        .filter(key -> key.value().startsWith("trees/") && !key.value().contains("/log/"))
        .filter(key -> !key.value().startsWith(keys.checkpoints()))
        .filter(key -> !needed.containsKey(key) && !ghosts.contains(key) && !awaitsPlan(key))
        .findAny()
        .ifPresent(
            key -> {
              throw new Leftover(key + " is left over");
            });
    needed.keySet().stream()
        .filter(key -> content.get(key).isEmpty())
        .findAny()
        .ifPresent(
            key -> {
              throw new Missing(key + " is gone");
            });
  }
}
