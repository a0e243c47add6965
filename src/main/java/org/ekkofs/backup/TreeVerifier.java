package org.ekkofs.backup;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.backup.JournalLines.State;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.format.References;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;

/**
 * Verifies backups of one tree, parents before children, so that what a child shares with a parent
 * that was just read need not be read again. For one thread.
 */
final class TreeVerifier implements AutoCloseable {
  private final TreeScope scope;
  private final Findings findings;
  private final Progress progress;
  private final VerificationJournal journal;
  private final Verdicts verdicts;
  private final Optional<TreeRepair> repair;
  private final Map<BackupId, TrackedBackup> sound = new HashMap<>();
  private final SpareObjects spare;

  TreeVerifier(
      TreeScope scope,
      Findings findings,
      Progress progress,
      VerificationJournal journal,
      Optional<RepairSource> source) {
    this.scope = scope;
    this.findings = findings;
    this.progress = progress;
    this.journal = journal;
    this.verdicts = new Verdicts(scope.tree(), scope.sample().percent(), journal, findings);
    this.repair = source.map(from -> new TreeRepair(scope, from, findings));
    this.spare = new SpareObjects(scope);
  }

  /** Verifies a backup, or takes over what an interrupted verification has found of it. */
  void verify(TrackedBackup backup) {
    progress.check();
    State before = journal.state(backup.id());
    Problems problems = new Problems();
    before.found().forEach(found -> problems.add(found.of(path(backup))));
    problems.takeUnsaved();
    ProgressShare share = new ProgressShare(progress, backup);
    if (before.done()) {
      findings.read(before.readBytes());
      scope.references().find(backup).ifPresent(found -> spare.refersTo(backup, found));
    } else {
      verify(backup, problems, share);
    }
    share.finish();
    end(backup, problems);
  }

  private BackupPath path(TrackedBackup backup) {
    return new BackupPath(scope.tree().name(), backup.name());
  }

  private void verify(TrackedBackup backup, Problems reading, ProgressShare share) {
    Problems metadata = new Problems();
    long readBytes = journal.state(backup.id()).readBytes();
    try (Manifest manifest = open(backup)) {
      MetadataCheck check =
          new MetadataCheck(scope, backup, manifest, repair.isPresent(), metadata);
      check.run(share);
      checkReferences(backup, check.listed(), metadata);
      readBytes = read(backup, manifest, check, reading, share);
      scope.table().forget(manifest);
    } catch (CorruptException e) {
      metadata.add(new Problem(path(backup), Optional.empty(), String.valueOf(e.getMessage())));
    }
    findings.read(readBytes);
    journal.problems(backup.id(), metadata.takeUnsaved());
    journal.problems(backup.id(), reading.takeUnsaved());
    journal.done(backup.id(), readBytes);
    reading.addAll(metadata);
  }

  private Manifest open(TrackedBackup backup) {
    try {
      return manifest(backup);
    } catch (CorruptException e) {
      if (repair.isEmpty() || !repair.get().manifest(backup)) {
        throw e;
      }
      return manifest(backup);
    }
  }

  private Manifest manifest(TrackedBackup backup) {
    return scope
        .manifests()
        .open(scope.keys(), backup.id(), ((Phase.Committed) backup.phase()).commit().manifest());
  }

  /** What the backup refers to by its manifest must be what its references object says. */
  private void checkReferences(TrackedBackup backup, References listed, Problems problems) {
    spare.refersTo(backup, listed);
    try {
      if (!Arrays.equals(references(backup, listed).encode(), listed.encode())) {
        problems.add(
            new Problem(
                path(backup), Optional.empty(), "its references do not agree with its manifest"));
      }
    } catch (CorruptException e) {
      problems.add(new Problem(path(backup), Optional.empty(), String.valueOf(e.getMessage())));
    }
  }

  private References references(TrackedBackup backup, References listed) {
    try {
      return scope.references().read(backup);
    } catch (CorruptException e) {
      if (repair.isEmpty() || !repair.get().references(backup, listed)) {
        throw e;
      }
      return scope.references().read(backup);
    }
  }

  private long read(
      TrackedBackup backup,
      Manifest manifest,
      MetadataCheck metadata,
      Problems problems,
      ProgressShare share) {
    Optional<Manifest> parent = backup.parent().map(sound::get).map(this::manifest);
    try {
      DataCheck check =
          new DataCheck(
              scope, backup, manifest, metadata, parent, repair, journal, problems, share);
      check.run();
      return check.readBytes();
    } catch (InterruptedException e) {
      throw new CancelledException("the verification was interrupted", e);
    } finally {
      parent.ifPresent(scope::close);
    }
  }

  /** A backup that somebody has deleted meanwhile may have lost what it referred to. */
  private void end(TrackedBackup backup, Problems problems) {
    if (problems.count() == 0) {
      sound.put(backup.id(), backup);
    } else if (!isVisible(backup)) {
      return;
    }
    findings.backup(problems);
    verdicts.add(backup.id(), problems.count() == 0);
  }

  private boolean isVisible(TrackedBackup backup) {
    return scope
        .tree()
        .log()
        .refreshed(state -> state.backup(backup.id()))
        .filter(TrackedBackup::isVisible)
        .isPresent();
  }

  /**
   * Ends the verification of the tree: records the results.
   *
   * @param whole whether all of its backups were verified, so that what belongs to none can be told
   */
  void finish(boolean whole) {
    findings.chunks(spare.chunks());
    if (repair.isPresent()) {
      scope.store().sync();
    }
    verdicts.record();
    if (whole) {
      findings.spare(spare.find(progress));
    }
  }

  @Override
  public void close() {
    repair.ifPresent(TreeRepair::close);
    scope.close();
  }
}
