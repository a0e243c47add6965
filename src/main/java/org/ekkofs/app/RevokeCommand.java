package org.ekkofs.app;

import org.ekkofs.backup.Repository;
import org.ekkofs.model.BackupPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code revoke}: declares that an unfinished snapshot will never be finished. */
@Command(
    name = "revoke",
    header = "Declare that an unfinished snapshot will never be finished.",
    description =
        "Snapshots whose process has died on this host need no revoking: the next snapshot does it.",
    footer = {"", "Example:", "  ekkofs revoke web/monday"})
final class RevokeCommand implements Action {
  @Parameters(paramLabel = "TREE/NAME", description = "The backup that was being taken.")
  private BackupPath backup;

  @Option(names = "--force", description = "Even if its process still runs on this host.")
  private boolean force;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      repository.tree(backup.tree()).revoke(backup.name(), force);
      context.say("revoked the unfinished snapshot " + backup);
    }
  }
}
