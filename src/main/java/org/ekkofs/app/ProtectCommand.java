package org.ekkofs.app;

import org.ekkofs.backup.Repository;
import org.ekkofs.control.Command;
import org.ekkofs.model.BackupPath;
import picocli.CommandLine.Parameters;

/** {@code protect}: keeps a backup from being deleted. */
@picocli.CommandLine.Command(
    name = "protect",
    header = "Keep a backup from being deleted; unprotect lifts that.",
    footer = {"", "Example:", "  ekkofs protect web/monday"})
final class ProtectCommand implements ControlAction {
  @Parameters(paramLabel = "TREE/NAME", description = "The backup.")
  private BackupPath backup;

  @Override
  public Command command() {
    return new Command.Protect(backup);
  }

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      repository.tree(backup.tree()).protect(backup.name());
      context.say("protected %s; \"ekkofs unprotect %<s\" lifts that".formatted(backup));
    }
  }
}
