package org.ekkofs.app;

import java.util.List;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.backup.Repository;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cache drop}: removes local copies. */
@Command(
    name = "drop",
    header = "Remove local copies of backups; the backups stay.",
    footer = {"", "Example:", "  ekkofs cache drop web/monday"})
final class CacheDropCommand implements Action {
  @Parameters(arity = "1..*", paramLabel = "TREE/NAME", description = "The backups.")
  private List<BackupPath> paths;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      LocalCopies copies = new LocalCopies(repository);
      for (BackupPath path : paths) {
        drop(copies, path, repository.tree(path.tree()).find(path.name()).id());
        context.say(path + ": removed its local copy");
      }
    }
  }

  private static void drop(LocalCopies copies, BackupPath path, BackupId backup) {
    if (!copies.exists(path.tree(), backup)) {
      throw new NotFoundException("there is no local copy of \"" + path + "\"");
    }
    if (!copies.remove(path.tree(), backup)) {
      throw new RefusedException(
          "a mount reads the local copy of \"%s\"; close the file first".formatted(path));
    }
  }
}
