package org.ekkofs.app;

import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.control.Command;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undelete}: brings a hidden backup back. */
@picocli.CommandLine.Command(
    name = "undelete",
    header = "Bring a deleted backup back.",
    footer = {"", "Example:", "  ekkofs undelete web/monday --as monday-again"})
final class UndeleteCommand implements ControlAction {
  @Parameters(paramLabel = "TREE/NAME", description = "The backup, by the name it had.")
  private BackupPath backup;

  @Option(names = "--as", paramLabel = "NAME", description = "Another name for it.")
  private Optional<BackupName> as = Optional.empty();

  @Override
  public Command command() {
    return new Command.Undelete(backup, as);
  }

  @Override
  public void run(Context context) {
    BackupName name = as.orElse(backup.name());
    try (Repository repository = context.open()) {
      repository.tree(backup.tree()).undelete(backup.name(), name);
      context.say("%s is back".formatted(new BackupPath(backup.tree(), name)));
    }
  }
}
