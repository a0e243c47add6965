package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.SegmentStream;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.SegmentEntry;

/**
 * Reads segments of one backup: those of the sample and those that are suspect, but not what a
 * parent shares that was found sound just so. For one thread.
 */
final class DataCheck {
  /** After how much data it is noted how far the reading has come. */
  private static final long NOTE_BYTES = 64 << 20;

  private final TreeScope scope;
  private final TrackedBackup backup;
  private final BackupPath path;
  private final Manifest manifest;
  private final DiskGeometry geometry;
  private final MetadataCheck metadata;
  private final Optional<Manifest> soundParent;
  private final Optional<TreeRepair> repair;
  private final VerificationJournal journal;
  private final Problems problems;
  private final ProgressShare share;
  private final BackupDisk disk;
  private final long readBefore;
  private final long fetchedBefore;
  private long next;
  private long notNoted;

  DataCheck(
      TreeScope scope,
      TrackedBackup backup,
      Manifest manifest,
      MetadataCheck metadata,
      Optional<Manifest> soundParent,
      Optional<TreeRepair> repair,
      VerificationJournal journal,
      Problems problems,
      ProgressShare share) {
    this.scope = scope;
    this.backup = backup;
    this.path = new BackupPath(scope.tree().name(), backup.name());
    this.manifest = manifest;
    this.geometry = manifest.meta().geometry();
    this.metadata = metadata;
    this.soundParent = soundParent;
    this.repair = repair;
    this.journal = journal;
    this.problems = problems;
    this.share = share;
    this.disk = new BackupDisk(scope.keys(), manifest, scope.table(), scope.cache());
    this.readBefore = journal.state(backup.id()).readBytes();
    this.fetchedBefore = scope.cache().fetchedBytes();
    this.next = journal.state(backup.id()).next();
  }

  /** Reads what is to be read, from where the journal says. */
  void run() throws InterruptedException {
    if (!readsData() && !metadata.hasSuspects()) {
      return;
    }
    try {
      new SegmentStream(manifest, disk)
          .read(
              this::wants,
              (entry, data) -> passed(entry),
              (entry, failure) -> {
                damaged(entry, failure);
                passed(entry);
              });
    } finally {
      note();
    }
  }

  /** How much was read from the store for this backup, before an interruption included. */
  long readBytes() {
    return readBefore + scope.cache().fetchedBytes() - fetchedBefore;
  }

  private boolean readsData() {
    return scope.sample().percent() > 0;
  }

  private boolean wants(SegmentEntry entry) {
    boolean wanted = entry.segment().value() >= next && !metadata.isLost(entry) && isChosen(entry);
    if (!wanted && readsData()) {
      share.advance(geometry, entry);
    }
    return wanted;
  }

  private boolean isChosen(SegmentEntry entry) {
    boolean chosen = metadata.isSuspect(entry) || (readsData() && scope.sample().has(entry));
    return chosen ? !isSharedWithSoundParent(entry) : readsData() && metadata.isFirstChoice(entry);
  }

  private boolean isSharedWithSoundParent(SegmentEntry entry) {
    return soundParent
        .filter(parent -> entry.segment().value() < parent.meta().geometry().segments())
        .flatMap(parent -> scope.table().page(parent, entry.segment()).find(entry.segment()))
        .map(entry::equals)
        .orElse(false);
  }

  private void damaged(SegmentEntry entry, CorruptException failure) {
    if (repair.isEmpty() || !isRepaired(repair.get(), entry)) {
      problems.add(
          new Problem(
              path,
              Optional.of(MetadataCheck.range(geometry, entry)),
              String.valueOf(failure.getMessage())));
    }
  }

  /** What was repaired counts once it has been read like everything else. */
  private boolean isRepaired(TreeRepair repair, SegmentEntry entry) {
    repair.segment(backup, manifest, entry);
    try {
      disk.read(
          geometry.offset(entry.segment()), ByteBuffer.allocate(geometry.length(entry.segment())));
      return true;
    } catch (CorruptException still) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while repairing", e);
    }
  }

  private void passed(SegmentEntry entry) {
    share.advance(geometry, entry);
    next = entry.segment().value() + 1;
    notNoted += geometry.length(entry.segment());
    if (notNoted >= NOTE_BYTES) {
      note();
    }
    scope.repository().reached(CrashPoint.BETWEEN_SEGMENTS);
  }

  private void note() {
    if (readsData()) {
      journal.problems(backup.id(), problems.takeUnsaved());
      journal.at(backup.id(), next, readBytes());
    }
    notNoted = 0;
  }
}
