package org.ekkofs.app;

import org.ekkofs.backup.Repository;
import org.ekkofs.control.Command;
import org.ekkofs.model.BackupPath;
import picocli.CommandLine.Parameters;

/** {@code unprotect}: lets a protected backup be deleted again. */
@picocli.CommandLine.Command(
    name = "unprotect",
    header = "Let a protected backup be deleted again.",
    footer = {"", "Example:", "  ekkofs unprotect web/monday"})
final class UnprotectCommand implements ControlAction {
  @Parameters(paramLabel = "TREE/NAME", description = "The backup.")
  private BackupPath backup;

  @Override
  public Command command() {
    return new Command.Unprotect(backup);
  }

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      repository.tree(backup.tree()).unprotect(backup.name());
      context.say("%s is no longer protected".formatted(backup));
    }
  }
}
