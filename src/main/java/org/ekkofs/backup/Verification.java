package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.TreeName;

/** Checks that what is stored is what was committed. Safe for use by many threads. */
public final class Verification {
  private final Repository repository;

  /** Verifies a repository. */
  public Verification(Repository repository) {
    this.repository = repository;
  }

  /**
   * Checks the visible backups: manifests and references by their digests, every chunk by its
   * presence or, if asked, by reading it; nothing is taken from a cache.
   *
   * @param tree which tree; empty for all
   * @param backup which backup of the tree; empty for all
   * @param readData whether to read and check all data
   * @throws org.ekkofs.model.NotFoundException if there is no such tree or backup
   * @throws CorruptException if the log of the one tree to check is damaged
   * @throws org.ekkofs.model.StoreUnavailableException if the store cannot be asked; of what could
   *     not be asked nothing is reported
   */
  public VerificationReport verify(
      Optional<TreeName> tree, Optional<BackupName> backup, boolean readData, Progress progress) {
    Findings findings = new Findings();
    List<Tree> trees =
        tree.map(name -> List.of(whole(name)))
            .orElseGet(() -> repository.wholeTrees(findings::tree));
    List<List<TrackedBackup>> backups = trees.stream().map(one -> chosen(one, backup)).toList();
    progress.begin(
        "verify", backups.stream().flatMap(List::stream).mapToLong(Verification::dataBytes).sum());
    if (backup.isEmpty()) {
      trees.forEach(one -> checkpoints(one, findings));
    }
    for (int index = 0; index < trees.size(); index++) {
      try (TreeVerifier verifier =
          new TreeVerifier(repository, trees.get(index), readData, findings, progress)) {
        backups.get(index).forEach(verifier::verify);
      }
    }
    return findings.report();
  }

  private void checkpoints(Tree tree, Findings findings) {
    try {
      new CheckpointVerifier(repository, tree).verify().forEach(findings::note);
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

  static long dataBytes(TrackedBackup backup) {
    return backup.phase() instanceof Phase.Committed committed
        ? committed.commit().figures().dataBytes()
        : 0;
  }

  /** What has been found so far. For one thread. */
  static final class Findings {
    private static final int MAX_PROBLEMS = 10_000;

    private final List<VerificationReport.Problem> problems = new ArrayList<>();
    private final List<VerificationReport.TreeProblem> trees = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private int found;
    private long backups;
    private long chunks;
    private long readBytes;

    void backup() {
      backups++;
    }

    void chunks(long count) {
      chunks += count;
    }

    void read(long bytes) {
      readBytes += bytes;
    }

    void tree(TreeName tree, CorruptException damage) {
      trees.add(new VerificationReport.TreeProblem(tree, String.valueOf(damage.getMessage())));
    }

    void note(String note) {
      notes.add(note);
    }

    /** How many problems there were, also those that are too many to be listed. */
    int count() {
      return found;
    }

    void problem(VerificationReport.Problem problem) {
      found++;
      if (problems.size() < MAX_PROBLEMS) {
        problems.add(problem);
      }
    }

    VerificationReport report() {
      return new VerificationReport(backups, chunks, readBytes, problems, trees, notes);
    }
  }
}
