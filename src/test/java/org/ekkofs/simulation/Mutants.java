package org.ekkofs.simulation;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.format.References;
import org.ekkofs.format.Sha256;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.Copied;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.StoredObject;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/** How processes see the store that lack one rule; see {@link Mutant}. */
final class Mutants {
  private static final BackupId NOBODY = new BackupId(new UUID(0x4000L, 0x8000_0000_0000_0000L));

  private Mutants() {}

  /**
   * Takes an intent that is neither committed nor revoked for one that has no effect. When it is
   * committed after all, the process must start anew to see the backup.
   */
  static final class NothingIsPinned extends LogView {
    private final Set<BackupId> overlooked = new HashSet<>();
    private final Set<BackupId> own = new HashSet<>();

    NothingIsPinned(ObjectStore store) {
      super(store);
    }

    @Override
    public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
      if (LogView.isRecord(key)
          && RecordCodec.decode(bytes).event() instanceof LogEvent.Intent intent) {
        own.add(intent.backup());
      }
      return super.createIfAbsent(key, bytes);
    }

    @Override
    LogEvent seen(long slot, LogEvent event) {
      if (event instanceof LogEvent.Intent intent
          && !own.contains(intent.backup())
          && isOpen(slot, intent.backup())) {
        overlooked.add(intent.backup());
        return new LogEvent.Intent(
            intent.backup(), intent.name(), Optional.of(NOBODY), intent.writer());
      }
      if (event instanceof LogEvent.Commit commit && overlooked.contains(commit.backup())) {
        throw new StoreUnavailableException("it has to start anew", null);
      }
      return event;
    }

    private boolean isOpen(long slot, BackupId backup) {
      for (long next = slot + 1; ; next++) {
        Optional<LogRecord> record = record(next);
        if (record.isEmpty()) {
          return true;
        }
        if (record.get().event() instanceof LogEvent.OfBackup of
            && of.backup().equals(backup)
            && !(of instanceof LogEvent.Intent)) {
          return false;
        }
      }
    }
  }

  /** Believes to have written whatever lies in the slot it wanted. */
  static final class ExistingIsOwn extends ForwardingObjectStore {
    ExistingIsOwn(ObjectStore store) {
      super(store);
    }

    @Override
    public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
      return super.createIfAbsent(key, bytes) || LogView.isRecord(key);
    }
  }

  /** Believes to have written what it cannot know to have written. */
  static final class UnknownIsWritten extends ForwardingObjectStore {
    UnknownIsWritten(ObjectStore store) {
      super(store);
    }

    @Override
    public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
      try {
        return super.createIfAbsent(key, bytes);
      } catch (StoreUnavailableException unknown) {
        return true;
      }
    }
  }

  /** Takes every revocation for that of another snapshot. */
  static final class RevokedIsOpen extends LogView {
    RevokedIsOpen(ObjectStore store) {
      super(store);
    }

    @Override
    LogEvent seen(long slot, LogEvent event) {
      return event instanceof LogEvent.Revoke ? new LogEvent.Revoke(NOBODY) : event;
    }
  }

  /** Takes no notice of what a copy continues, once that is announced. */
  static final class RevokedIsContinued extends LogView {
    RevokedIsContinued(ObjectStore store) {
      super(store);
    }

    @Override
    LogEvent seen(long slot, LogEvent event) {
      if (!(event instanceof LogEvent.Intent intent)) {
        return event;
      }
      return new LogEvent.Intent(
          intent.backup(),
          intent.name(),
          intent.parent(),
          intent.writer(),
          intent.copied().map(copied -> new Copied(copied.origin(), Optional.empty())));
    }
  }

  /**
   * Cannot read the references of every third backup, and takes them for empty. As they are
   * compared with what the commit says, the commit is seen to say so too.
   */
  static final class UnreadableIsEmpty extends LogView {
    private static final byte[] EMPTY = References.builder().build().encode();
    private final TreeKeys keys = new TreeKeys(World.TREE);
    private final Set<ObjectKey> unreadable = new HashSet<>();

    UnreadableIsEmpty(ObjectStore store) {
      super(store);
    }

    @Override
    public Optional<byte[]> get(ObjectKey key, int maxBytes) {
      return unreadable.contains(key) ? Optional.of(EMPTY) : super.get(key, maxBytes);
    }

    @Override
    LogEvent seen(long slot, LogEvent event) {
      if (!(event instanceof LogEvent.Commit commit) || slot % 3 != 0) {
        return event;
      }
      unreadable.add(keys.references(commit.backup()));
      return new LogEvent.Commit(
          commit.backup(),
          commit.manifest(),
          new StoredObject(Sha256.of(EMPTY), EMPTY.length, EMPTY.length),
          commit.figures());
    }
  }
}
