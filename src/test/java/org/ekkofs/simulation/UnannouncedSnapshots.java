package org.ekkofs.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.ObjectLogStore;
import org.ekkofs.log.Stamper;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.HandClock;

/**
 * Shows a process its intent in the log although it is not there, and the log as it was then. When
 * the process commits, its snapshot is announced, which by then proves nothing about the parent,
 * and committed at once.
 */
final class UnannouncedSnapshots extends ForwardingObjectStore {
  private final Map<ObjectKey, byte[]> unwritten = new HashMap<>();
  private Optional<LogEvent.Intent> intent = Optional.empty();
  private long nonces;

  UnannouncedSnapshots(ObjectStore store) {
    super(store);
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    if (unwritten.isEmpty() || !LogView.isRecord(key)) {
      return super.get(key, maxBytes);
    }
    boolean later = unwritten.keySet().stream().allMatch(record -> key.compareTo(record) > 0);
    return later || unwritten.containsKey(key)
        ? Optional.ofNullable(unwritten.get(key))
        : super.get(key, maxBytes);
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    if (!LogView.isRecord(key)) {
      return super.createIfAbsent(key, bytes);
    }
    LogEvent event = RecordCodec.decode(bytes).event();
    if (event instanceof LogEvent.Intent announced) {
      intent = Optional.of(announced);
    } else if (unwritten.isEmpty()) {
      return super.createIfAbsent(key, bytes);
    } else if (event instanceof LogEvent.Commit commit) {
      commit(intent.orElseThrow(), commit);
    }
    unwritten.put(key, bytes);
    return true;
  }

  private void commit(LogEvent.Intent announced, LogEvent.Commit commit) {
    CommitLog log =
        new CommitLog(
            World.TREE,
            new ObjectLogStore(store()),
            new Stamper(new HandClock(), () -> nonce(announced), announced.writer().host()),
            new TreeState(),
            state -> {});
    LogEvent.Intent late =
        new LogEvent.Intent(
            announced.backup(), announced.name(), Optional.empty(), announced.writer());
    log.append(state -> Optional.of(late), TreeState::slot);
    boolean visible =
        log.append(
            state ->
                state.backup(commit.backup()).filter(TrackedBackup::isOpen).map(open -> commit),
            state -> state.backup(commit.backup()).map(TrackedBackup::isVisible).orElse(false));
    if (!visible) {
      throw new RefusedException("another took the name first");
    }
  }

  /** Like none that the process itself makes. */
  private UUID nonce(LogEvent.Intent announced) {
    UUID id = announced.backup().value();
    return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits() | ++nonces << 40);
  }
}
