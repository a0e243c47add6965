package org.ekkofs.backup;

import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.JournalLines.Head;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Causes;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.TreeName;

/** Checks that what is stored is what was committed. Safe for use by many threads. */
public final class Verification {
  private final Repository repository;

  /** Verifies a repository. */
  public Verification(Repository repository) {
    this.repository = repository;
  }

  /**
   * Checks visible backups: manifests and references by their digests, every chunk by its presence
   * and length, and as much of the data as was asked for by reading it; nothing is taken from a
   * cache. Records the results in the logs. Goes on with an interrupted verification of the same
   * kind.
   *
   * @throws org.ekkofs.model.NotFoundException if there is no such tree or backup
   * @throws CorruptException if the log of the one tree to check is damaged
   * @throws org.ekkofs.model.StoreUnavailableException if the store cannot be asked; of what could
   *     not be asked nothing is reported
   */
  public VerificationReport verify(VerificationRequest request, Progress progress) {
    try (Verifications folder =
            Verifications.open(repository.local().verifications(repository.descriptor().id()));
        VerificationJournal journal =
            folder.journal(request, repository.clock().instant(), seed(request))) {
      VerificationReport report = run(request, journal, Optional.empty(), progress);
      journal.finish();
      return report;
    } catch (IOException e) {
      throw new FailedException(
          "cannot keep how far the verification has come: " + Causes.of(e), e);
    }
  }

  /**
   * Does the same from the beginning, and stores again what is missing or damaged where the source
   * has the very content.
   *
   * @param source not closed
   */
  public VerificationReport repair(
      VerificationRequest request, RepairSource source, Progress progress) {
    Head head =
        new Head(repository.clock().instant().toEpochMilli(), seed(request), request.kind());
    return run(request, VerificationJournal.none(head), Optional.of(source), progress);
  }

  /** Another sample each time, unless one is asked for. */
  private long seed(VerificationRequest request) {
    return request.seed().orElseGet(() -> repository.clock().instant().toEpochMilli());
  }

  private VerificationReport run(
      VerificationRequest request,
      VerificationJournal journal,
      Optional<RepairSource> source,
      Progress progress) {
    Findings findings = new Findings(request.percent());
    if (journal.isResumed()) {
      findings.resumed(Instant.ofEpochMilli(journal.head().begunMillis()));
    }
    List<Tree> trees =
        request
            .tree()
            .map(name -> List.of(whole(name)))
            .orElseGet(() -> repository.wholeTrees(findings::tree));
    List<List<TrackedBackup>> backups =
        trees.stream().map(one -> chosen(one, request.backup())).toList();
    progress.begin(
        journal.isResumed() ? "verify (resumed)" : "verify",
        backups.stream().flatMap(List::stream).mapToLong(ProgressShare::dataBytes).sum());
    if (request.backup().isEmpty()) {
      trees.forEach(one -> checkpoints(one, findings));
    }
    Sample sample = new Sample(journal.head().seed(), request.percent());
    for (int index = 0; index < trees.size(); index++) {
      TreeScope scope = TreeScope.open(repository, trees.get(index), sample);
      try (TreeVerifier verifier = new TreeVerifier(scope, findings, progress, journal, source)) {
        backups.get(index).forEach(verifier::verify);
        verifier.finish(request.backup().isEmpty());
      }
    }
    journal
        .failure()
        .ifPresent(
            e ->
                findings.warning(
                    "had it been interrupted, it would have begun anew: " + Causes.of(e)));
    return findings.report();
  }

  private void checkpoints(Tree tree, Findings findings) {
    try {
      new CheckpointVerifier(repository, tree).verify().forEach(findings::warning);
    } catch (CorruptException e) {
      findings.tree(tree.name(), e);
    }
  }

  private Tree whole(TreeName name) {
    Tree tree = repository.tree(name);
    tree.requireWholeLog();
    return tree;
  }

  private static List<TrackedBackup> chosen(Tree tree, Optional<BackupName> backup) {
    return backup
        .map(name -> List.of(tree.find(name)))
        .orElseGet(
            () ->
                tree.visible().stream().sorted(Comparator.comparing(TrackedBackup::slot)).toList());
  }
}
