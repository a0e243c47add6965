package org.ekkofs.backup;

import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.disk.ChunkHeaders;
import org.ekkofs.format.Sha256;
import org.ekkofs.format.ZstdFiles;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.ManifestMeta;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.StoredObject;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.DiskSource;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectStore;

/** Takes snapshots. Safe for use by many threads. */
public final class Snapshots {
  private static final int MANIFEST_COMPRESSION = 3;
  private static final String REVOKED =
      "the snapshot was revoked, or another took its name, before it was complete";

  private final Repository repository;

  /** Snapshots into a repository. */
  public Snapshots(Repository repository) {
    this.repository = repository;
  }

  /**
   * Backs up a disk. If this fails or is cancelled, no backup exists and its name is free; what was
   * stored is garbage that a sweep removes.
   *
   * @return the backup, committed and visible
   */
  public TrackedBackup take(DiskSource source, SnapshotRequest request, Progress progress) {
    Tree tree = tree(request);
    create(tree, request);
    tree.revokeDead();
    BackupId id = repository.newId();
    try {
      TrackedBackup intent = announce(tree, id, request);
      repository.reached(CrashPoint.AFTER_INTENT);
      LogEvent.Commit commit = store(tree, intent, source, progress);
      repository.reached(CrashPoint.AFTER_MANIFEST);
      TrackedBackup committed = commit(tree, commit);
      repository.reached(CrashPoint.AFTER_COMMIT);
      return committed;
    } catch (CorruptException e) {
      // What a revoked snapshot shares may be swept away under its hands: no damage then.
      boolean revoked = isRevoked(tree, id, e);
      withdraw(tree, id, e);
      throw revoked ? new RefusedException(REVOKED, e) : e;
    } catch (RuntimeException | Error e) {
      withdraw(tree, id, e);
      throw e;
    }
  }

  /** A parent lies in a tree that exists, so a mistyped name does not make a new one. */
  private Tree tree(SnapshotRequest request) {
    TreeName name = request.target().tree();
    return request.parent().isPresent() ? repository.tree(name) : repository.treeOrNew(name);
  }

  private static void create(Tree tree, SnapshotRequest request) {
    CommitLog log = tree.log();
    LogEvent.Create settings =
        log.append(
            state ->
                state.settings().isPresent()
                    ? Optional.empty()
                    : Optional.of(request.settingsOfNewTree()),
            state -> state.settings().orElseThrow());
    request.checkAgainst(settings);
  }

  private TrackedBackup announce(Tree tree, BackupId id, SnapshotRequest request) {
    return tree.log()
        .append(
            state -> {
              tree.checkFree(state, request.target().name());
              Optional<BackupId> parent = request.parent().map(name -> tree.find(state, name).id());
              return Optional.of(
                  new LogEvent.Intent(
                      id, request.target().name(), parent, repository.host().self()));
            },
            state -> state.backup(id).orElseThrow());
  }

  private LogEvent.Commit store(
      Tree tree, TrackedBackup intent, DiskSource source, Progress progress) {
    LogEvent.Create settings = tree.settings();
    DiskGeometry geometry = new DiskGeometry(source.size(), settings.segmentSize());
    ManifestMeta meta =
        new ManifestMeta(
            intent.id(), tree.name(), intent.name(), intent.parent(), geometry, intent.taken());
    progress.begin("snapshot", source.size());
    try (ParentDisk parent = parent(tree, intent);
        Scratch manifest = new Scratch(repository.manifests().scratch());
        KnownSegments known = new KnownSegments(repository.manifests().scratch(), parent);
        SnapshotOutput output = new SnapshotOutput(manifest.file(), meta)) {
      SegmentStorer storer =
          new SegmentStorer(repository.store(), tree.keys(), settings, intent.id(), parent, known);
      new SnapshotPipeline(source, geometry, parent, storer, output, progress, repository).run();
      source.checkUnchanged();
      repository.reached(CrashPoint.BEFORE_MANIFEST);
      output.finish();
      return put(tree, intent.id(), manifest.file(), output);
    }
  }

  private ParentDisk parent(Tree tree, TrackedBackup intent) {
    if (intent.parent().isEmpty()) {
      return ParentDisk.NONE;
    }
    TrackedBackup parent =
        tree.log().current(state -> state.backup(intent.parent().get())).orElseThrow();
    Manifest manifest = tree.manifest(parent);
    return new ParentDisk.Present(
        manifest, new SegmentTable(), new ChunkHeaders(repository.store(), tree.keys()));
  }

  private LogEvent.Commit put(Tree tree, BackupId id, Path manifest, SnapshotOutput output) {
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

  private TrackedBackup commit(Tree tree, LogEvent.Commit commit) {
    TrackedBackup backup = appended(tree, commit);
    if (backup.isVisible()) {
      return backup;
    }
    throw new RefusedException(
        backup.phase() instanceof Phase.Hidden
            ? "the backup was deleted the moment it was complete"
            : REVOKED);
  }

  private TrackedBackup appended(Tree tree, LogEvent.Commit commit) {
    try {
      return tree.log()
          .append(
              state -> isOpen(state, commit.backup()) ? Optional.of(commit) : Optional.empty(),
              state -> state.backup(commit.backup()).orElseThrow());
    } catch (StoreUnavailableException | CorruptException unknown) {
      return settled(tree, commit.backup(), unknown);
    }
  }

  /**
   * It may have been written all the same, also if the record that was read back made no sense:
   * revoking settles it one way or the other. What was only found there, and not told to be
   * written, may not be durable before the sync.
   */
  private TrackedBackup settled(Tree tree, BackupId backup, EkkofsException unknown) {
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

  private static boolean isRevoked(Tree tree, BackupId id, Throwable cause) {
    try {
      return tree.log()
          .refreshed(state -> state.backup(id).map(TrackedBackup::isRevoked).orElse(false));
    } catch (EkkofsException e) {
      cause.addSuppressed(e);
      return false;
    }
  }

  /** Revokes the intent if it was written, which after a failure is not always known. */
  private static void withdraw(Tree tree, BackupId id, Throwable cause) {
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
