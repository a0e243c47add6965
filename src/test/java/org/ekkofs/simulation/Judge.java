package org.ekkofs.simulation;

import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.TreeKeys;

/**
 * Says of a content of the store whether anything is lost in it: every backup that is visible or
 * can be brought back must be there, with the bytes it was committed with. For one thread.
 */
final class Judge {
  private final Contents contents;
  private final TreeKeys keys = new TreeKeys(World.TREE);
  private final Map<BackupId, SparseDisk> disks = new HashMap<>();
  private final BitSet judged = new BitSet();
  private final Map<byte[], LogRecord> records = new IdentityHashMap<>();
  private final Map<LogEvent.Commit, Map<String, byte[]>> needs = new HashMap<>();

  Judge(Contents contents) {
    this.contents = contents;
  }

  /** A backup is taken of this disk. */
  void taken(BackupId backup, SparseDisk disk) {
    disks.put(backup, disk);
  }

  /**
   * Judges a content, if it has not been judged before.
   *
   * @throws Loss if something is lost
   */
  void judge(int content) {
    if (judged.get(content)) {
      return;
    }
    judged.set(content);
    for (LogModel.Entry entry : log(content).entries()) {
      if (entry.isPromised()) {
        require(entry, content);
      }
    }
  }

  private void require(LogModel.Entry entry, int content) {
    Map<String, byte[]> needed =
        needs.computeIfAbsent(entry.commit.orElseThrow(), commit -> read(commit, content));
    needed.forEach(
        (key, bytes) -> {
          if (contents.get(content, key).orElse(null) != bytes) {
            throw new Missing("%s is not there, which %s needs".formatted(key, entry.id));
          }
        });
  }

  private Map<String, byte[]> read(LogEvent.Commit commit, int content) {
    Map<String, byte[]> found = new HashMap<>();
    SparseDisk disk = disks.get(commit.backup());
    for (ObjectKey key :
        Needs.of(keys, commit, disk, k -> contents.get(content, k.value())).objects()) {
      found.put(key.value(), contents.get(content, key.value()).orElseThrow());
    }
    return found;
  }

  /** What the log of a content says. */
  LogModel log(int content) {
    LogModel log = new LogModel();
    Optional<LogRecord> last = Optional.empty();
    while (true) {
      Optional<byte[]> bytes = contents.get(content, LogView.key(log.slot() + 1).value());
      if (bytes.isEmpty()) {
        return log;
      }
      LogRecord record = records.computeIfAbsent(bytes.get(), RecordCodec::decode);
      if (!record.previous().equals(last.map(LogRecord::nonce))) {
        throw new Loss("record " + (log.slot() + 1) + " was written after another history");
      }
      last = Optional.of(record);
      log.apply(record);
    }
  }

  /**
   * Compares what a user was told with what the log says now.
   *
   * @throws Loss if it is not so
   */
  void compare(Histories.Told told, int content) {
    if (!log(content).entry(told.backup()).map(told.truth()::test).orElse(false)) {
      throw new Loss("%s was reported of %s".formatted(told.what(), told.backup()));
    }
  }
}
