package org.ekkofs.backup;

import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.format.Sha256;
import org.ekkofs.format.ZstdFiles;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.StoredObject;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectStore;

/** How a snapshot ends that was announced: by its commit, or by being withdrawn. */
record SnapshotEnd(Repository repository, Tree tree) {
  private static final int MANIFEST_COMPRESSION = 3;
  private static final String REVOKED =
      "the snapshot was revoked, or another took its name, before it was complete";

  /**
   * What to tell of bytes that were missing or damaged: what a revoked snapshot shares may be swept
   * away under its hands, which is no damage.
   */
  EkkofsException explained(BackupId id, CorruptException e) {
    return isRevoked(id, e) ? new RefusedException(REVOKED, e) : e;
  }

  /** Stores the manifest and the references, after which only the commit is missing. */
  LogEvent.Commit put(BackupId id, Path manifest, SnapshotOutput output) {
    ObjectStore store = repository.store();
    byte[] references = output.references().encode();
    try (Scratch compressed = new Scratch(repository.manifests().scratch())) {
      StoredObject stored = ZstdFiles.compress(manifest, compressed.file(), MANIFEST_COMPRESSION);
      store.put(tree.keys().manifest(id), compressed.body());
      store.put(tree.keys().references(id), Body.of(references));
      repository.manifests().adopt(id, manifest);
      return new LogEvent.Commit(
          id,
          stored,
          new StoredObject(Sha256.of(references), references.length, references.length),
          output.figures());
    }
  }

  /**
   * Makes the backup visible.
   *
   * @throws RefusedException if it was revoked meanwhile, or its name is taken
   */
  TrackedBackup commit(LogEvent.Commit commit) {
    TrackedBackup backup = appended(commit);
    if (backup.isVisible()) {
      return backup;
    }
    throw new RefusedException(
        backup.phase() instanceof Phase.Hidden
            ? "the backup was deleted the moment it was complete"
            : REVOKED);
  }

  private TrackedBackup appended(LogEvent.Commit commit) {
    try {
      return tree.log()
          .append(
              state -> isOpen(state, commit.backup()) ? Optional.of(commit) : Optional.empty(),
              state -> state.backup(commit.backup()).orElseThrow());
    } catch (StoreUnavailableException | CorruptException unknown) {
      return settled(commit.backup(), unknown);
    }
  }

  /**
   * It may have been written all the same, also if the record that was read back made no sense:
   * revoking settles it one way or the other. What was only found there, and not told to be
   * written, may not be durable before the sync.
   */
  private TrackedBackup settled(BackupId backup, EkkofsException unknown) {
    try {
      TrackedBackup found =
          tree.revoke(backup)
              .filter(known -> known.phase() instanceof Phase.Committed)
              .orElseThrow(() -> unknown);
      repository.store().sync();
      return found;
    } catch (StoreUnavailableException | CorruptException again) {
      if (again != unknown) {
        unknown.addSuppressed(again);
      }
      throw unknown;
    }
  }

  private static boolean isOpen(TreeState state, BackupId id) {
    return state.backup(id).map(TrackedBackup::isOpen).orElse(false);
  }

  /** Whether it was revoked, as far as can be told. */
  private boolean isRevoked(BackupId id, Throwable cause) {
    try {
      return tree.log()
          .refreshed(state -> state.backup(id).map(TrackedBackup::isRevoked).orElse(false));
    } catch (EkkofsException e) {
      cause.addSuppressed(e);
      return false;
    }
  }

  /** Revokes the intent if it was written, which after a failure is not always known. */
  void withdraw(BackupId id, Throwable cause) {
    boolean interrupted = Thread.interrupted();
    try {
      tree.revoke(id);
    } catch (EkkofsException e) {
      // The next command on this host revokes it once this process has gone.
      cause.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
