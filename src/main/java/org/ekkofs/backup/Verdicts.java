package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.List;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;

/**
 * Records in a tree's log how its backups were found, as many at once as a record takes. A log that
 * cannot be written to is a warning. For one thread.
 */
final class Verdicts {
  private final Tree tree;
  private final int percent;
  private final VerificationJournal journal;
  private final Findings findings;
  private final List<BackupId> sound = new ArrayList<>();
  private final List<BackupId> damaged = new ArrayList<>();
  private boolean refused;

  Verdicts(Tree tree, int percent, VerificationJournal journal, Findings findings) {
    this.tree = tree;
    this.percent = percent;
    this.journal = journal;
    this.findings = findings;
  }

  /** A backup was verified. */
  void add(BackupId backup, boolean isSound) {
    if (journal.state(backup).recorded()) {
      return;
    }
    (isSound ? sound : damaged).add(backup);
    if (sound.size() + damaged.size() == LogEvent.MAX_BACKUPS) {
      record();
    }
  }

  /** Records what is not recorded yet. */
  void record() {
    if (!refused && sound.size() + damaged.size() > 0) {
      try {
        tree.verified(percent, sound, damaged);
        journal.recorded(sound);
        journal.recorded(damaged);
      } catch (StoreUnavailableException | RefusedException | FailedException e) {
        refused = true;
        warn(e);
      }
    }
    sound.clear();
    damaged.clear();
  }

  private void warn(EkkofsException e) {
    findings.warning(
        "the results for tree %s could not be recorded: %s".formatted(tree.name(), e.getMessage()));
  }
}
