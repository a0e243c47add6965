package org.ekkofs.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Verification;
import org.ekkofs.backup.VerificationReport;
import org.ekkofs.backup.VerificationRequest;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.TreeName;

/** Verifies what was copied: one by one if it is little of its tree, else the whole tree. */
record CopyVerification(Repository destination, TreeName tree) {
  VerificationReport verify(List<TrackedBackup> copied, int percent, Progress progress) {
    int all = destination.tree(tree).known().size();
    if (copied.size() * 2 >= all) {
      return verify(Optional.empty(), percent, progress);
    }
    List<VerificationReport> reports = new ArrayList<>();
    for (TrackedBackup backup : copied) {
      reports.add(verify(Optional.of(backup.name()), percent, progress));
    }
    return VerificationReport.together(reports);
  }

  private VerificationReport verify(Optional<BackupName> backup, int percent, Progress progress) {
    return new Verification(destination)
        .verify(
            new VerificationRequest(Optional.of(tree), backup, percent, OptionalLong.empty(), true),
            progress);
  }
}
