package org.ekkofs.backup;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.ekkofs.disk.ChunkHeaders;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.manifest.ManifestMeta;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Copied;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.Origin;
import org.ekkofs.model.WriterProcess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies backups of one tree into another, one after the other. For one thread. */
final class CopyRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CopyRun.class);
  private static final int PARENT_TRIES = 3;

  private final Repository source;
  private final Tree from;
  private final Repository destination;
  private final Tree to;
  private final CopyParents parents;
  private final SegmentCache cache;

  CopyRun(Repository source, Tree from, Repository destination, Tree to) {
    this.source = source;
    this.from = from;
    this.destination = destination;
    this.to = to;
    this.parents = new CopyParents(new TreeReferences(source.store(), from.keys()), from.known());
    this.cache = SegmentCache.none(source.store());
  }

  /** A backup that was copied, what was stored for it, and what was there from an earlier try. */
  record Done(TrackedBackup backup, long sentBytes, long reusedBytes) {}

  /**
   * Copies a backup. If that fails for any other reason than damage or a name that is taken, what
   * was stored stays for the next try.
   *
   * @throws CorruptException if it is damaged, or what it would share in the destination is
   * @throws AlreadyExistsException if another backup has its name
   */
  Done copy(TrackedBackup backup, Progress progress) {
    SnapshotEnd end = new SnapshotEnd(destination, to);
    BackupId id = destination.newId();
    try (CopySource original = CopySource.open(source.store(), cache, from, backup);
        Shared shared = announce(id, backup)) {
      destination.reached(CrashPoint.AFTER_INTENT);
      Stored stored = store(original, backup, shared, progress);
      destination.reached(CrashPoint.AFTER_MANIFEST);
      TrackedBackup copy = end.commit(stored.commit());
      destination.reached(CrashPoint.AFTER_COMMIT);
      guard(backup, copy);
      return new Done(copy, stored.sentBytes(), stored.reusedBytes());
    } catch (CorruptException e) {
      EkkofsException explained = end.explained(id, e);
      end.withdraw(id, e);
      throw explained;
    }
  }

  /** An announced copy and its parent, opened. */
  private record Shared(TrackedBackup intent, ParentDisk parent) implements AutoCloseable {
    @Override
    public void close() {
      parent.close();
    }
  }

  /** A parent that is deleted in this moment, or damaged, is done without. */
  private Shared announce(BackupId id, TrackedBackup backup) {
    for (int attempt = 1; ; attempt++) {
      Optional<TrackedBackup> chosen =
          attempt == PARENT_TRIES ? Optional.empty() : parents.of(backup, copies());
      ParentDisk disk = ParentDisk.NONE;
      try {
        disk = chosen.map(this::open).orElse(ParentDisk.NONE);
      } catch (CorruptException e) {
        LOG.warn("{}; nothing is shared with it", e.getMessage());
        chosen = Optional.empty();
      }
      Optional<TrackedBackup> intent = announce(id, backup, chosen.map(TrackedBackup::id));
      if (intent.isPresent()) {
        return new Shared(intent.get(), disk);
      }
      disk.close();
    }
  }

  private ParentDisk open(TrackedBackup parent) {
    return new ParentDisk.Present(
        to.manifest(parent), new SegmentTable(), new ChunkHeaders(destination.store(), to.keys()));
  }

  /** Empty if the parent is not visible any more. */
  private Optional<TrackedBackup> announce(
      BackupId id, TrackedBackup backup, Optional<BackupId> parent) {
    Origin origin = source.origin(backup);
    return to.log()
        .append(
            state -> {
              checkFree(state, backup);
              boolean there =
                  parent.flatMap(state::backup).map(TrackedBackup::isVisible).orElse(true);
              Copied copied = new Copied(origin, interrupted(state, origin));
              WriterProcess self = destination.host().self();
              return there
                  ? Optional.of(
                      new LogEvent.Intent(id, backup.name(), parent, self, Optional.of(copied)))
                  : Optional.empty();
            },
            state -> state.backup(id));
  }

  private void checkFree(TreeState state, TrackedBackup backup) {
    if (state.visible(backup.name()).isPresent()) {
      throw new AlreadyExistsException(
          "the destination has another backup \"%s\"; rename one, or give --as TREE"
              .formatted(new BackupPath(to.name(), backup.name())));
    }
  }

  /** The last copy of the same backup that was begun on this host and that can be gone on with. */
  private Optional<BackupId> interrupted(TreeState state, Origin origin) {
    return state
        .unfinished()
        .filter(open -> isOf(origin, open))
        .filter(open -> open.writer().host().equals(destination.host().self().host()))
        .filter(open -> !destination.host().isAlive(open.writer()))
        .filter(open -> state.canBeContinued(open.id()))
        .max(Comparator.comparing(TrackedBackup::slot))
        .map(TrackedBackup::id);
  }

  static boolean isOf(Origin origin, TrackedBackup copy) {
    return copy.copied().map(copied -> copied.origin().isSameAs(origin)).orElse(false);
  }

  /** The visible copies as the destination has them now. */
  private Function<TrackedBackup, Optional<TrackedBackup>> copies() {
    Copiedness known = Copiedness.of(destination, to);
    return backup -> known.find(source.origin(backup));
  }

  private record Stored(LogEvent.Commit commit, long sentBytes, long reusedBytes) {}

  private Stored store(
      CopySource original, TrackedBackup backup, Shared shared, Progress progress) {
    LogEvent.Create settings = to.settings();
    TrackedBackup intent = shared.intent();
    LeftChunks left =
        new LeftChunks(
            destination,
            to,
            settings,
            to.log().current(state -> List.copyOf(state.continued(intent))));
    ManifestMeta meta =
        new ManifestMeta(
            intent.id(),
            to.name(),
            intent.name(),
            intent.parent(),
            original.geometry(),
            intent.taken());
    ProgressShare share = new ProgressShare(progress, backup);
    try (Scratch manifest = new Scratch(destination.manifests().scratch());
        KnownSegments known =
            new KnownSegments(destination.manifests().scratch(), shared.parent());
        SnapshotOutput output = new SnapshotOutput(manifest.file(), meta, left.owners())) {
      SegmentStorer storer =
          new SegmentStorer(
              destination.store(), to.keys(), settings, intent.id(), shared.parent(), known);
      CopyPipeline pipeline =
          new CopyPipeline(
              original, shared.parent(), known, storer, left, output, share, destination);
      pipeline.run();
      share.finish();
      destination.reached(CrashPoint.BEFORE_MANIFEST);
      output.finish();
      LogEvent.Commit commit =
          new SnapshotEnd(destination, to).put(intent.id(), manifest.file(), output);
      return new Stored(commit, sent(commit, pipeline.reusedBytes()), pipeline.reusedBytes());
    }
  }

  private static long sent(LogEvent.Commit commit, long reused) {
    BackupFigures figures = commit.figures();
    return figures.storedBytes()
        - reused
        + commit.manifest().length()
        + commit.references().length();
  }

  /** What is protected in the source is protected here. */
  private void guard(TrackedBackup backup, TrackedBackup copy) {
    if (backup.isProtected()) {
      to.log()
          .append(
              state ->
                  state
                      .backup(copy.id())
                      .filter(found -> found.phase() instanceof Phase.Visible)
                      .filter(found -> !found.isProtected())
                      .map(found -> new LogEvent.Protect(found.id())),
              TreeState::slot);
    }
  }

  @Override
  public void close() {
    cache.close();
  }
}
