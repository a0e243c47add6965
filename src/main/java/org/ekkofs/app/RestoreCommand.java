package org.ekkofs.app;

import java.nio.file.Path;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.RestoreOptions;
import org.ekkofs.backup.Restores;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code restore}: writes a backup back to a disk. */
@Command(
    name = "restore",
    header = "Write a backup to a file, sparse where the disk is empty, or to a block device.",
    footer = {"", "Example:", "  ekkofs restore web/monday /var/lib/images/web.raw"})
final class RestoreCommand implements Action {
  @Parameters(index = "0", paramLabel = "TREE/NAME", description = "The backup.")
  private BackupPath path;

  @Parameters(index = "1", paramLabel = "DEST", description = "A new file, or a block device.")
  private Path destination;

  @Option(names = "--force", description = "Replace the file, or overwrite the device.")
  private boolean force;

  @Option(names = "--no-verify", description = "Do not read back what was written.")
  private boolean noVerify;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open();
        ShownProgress progress = context.progress()) {
      Tree tree = repository.tree(path.tree());
      TrackedBackup backup = tree.find(path.name());
      new Restores(repository)
          .restore(tree, backup, destination, new RestoreOptions(force, !noVerify), progress);
    }
    context.say(
        "restored %s to %s%s".formatted(path, destination, noVerify ? "" : " and read it back"));
  }
}
