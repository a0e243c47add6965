package org.ekkofs.app;

import org.ekkofs.backup.Repository;
import org.ekkofs.control.Command;
import org.ekkofs.model.BackupPath;
import picocli.CommandLine.Parameters;

/** {@code delete}: hides a backup. */
@picocli.CommandLine.Command(
    name = "delete",
    header = "Delete a backup; undelete brings it back.",
    footer = {"", "Example:", "  ekkofs delete web/monday"})
final class DeleteCommand implements ControlAction {
  @Parameters(paramLabel = "TREE/NAME", description = "The backup.")
  private BackupPath backup;

  @Override
  public Command command() {
    return new Command.Delete(backup);
  }

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      repository.tree(backup.tree()).delete(backup.name());
      context.say("deleted %s; \"ekkofs undelete %<s\" brings it back".formatted(backup));
    }
  }
}
