package org.ekkofs.backup;

import java.util.Optional;
import org.ekkofs.disk.ChunkHeaders;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.ManifestMeta;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.DiskSource;

/** Takes snapshots. Safe for use by many threads. */
public final class Snapshots {
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
    BackupId id = request.id().orElseGet(repository::newId);
    SnapshotEnd end = new SnapshotEnd(repository, tree);
    try {
      TrackedBackup intent = announce(tree, id, request);
      repository.reached(CrashPoint.AFTER_INTENT);
      LogEvent.Commit commit = store(tree, intent, source, request.check(), progress);
      repository.reached(CrashPoint.AFTER_MANIFEST);
      TrackedBackup committed = end.commit(commit);
      repository.reached(CrashPoint.AFTER_COMMIT);
      return committed;
    } catch (CorruptException e) {
      EkkofsException explained = end.explained(id, e);
      end.withdraw(id, e);
      throw explained;
    } catch (RuntimeException | Error e) {
      end.withdraw(id, e);
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
              parent.ifPresent(request::checkParent);
              return Optional.of(
                  new LogEvent.Intent(
                      id, request.target().name(), parent, repository.host().self()));
            },
            state -> state.backup(id).orElseThrow());
  }

  private LogEvent.Commit store(
      Tree tree, TrackedBackup intent, DiskSource source, int check, Progress progress) {
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
      SegmentReader reader = new SegmentReader(source, geometry);
      UnreadCheck unread = new UnreadCheck(reader, geometry, intent.id(), check);
      new SnapshotPipeline(reader, unread, geometry, parent, storer, output, progress, repository)
          .run();
      source.checkUnchanged();
      repository.reached(CrashPoint.BEFORE_MANIFEST);
      output.finish();
      return new SnapshotEnd(repository, tree).put(intent.id(), manifest.file(), output);
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
}
