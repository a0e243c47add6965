package org.ekkofs.app;

import java.util.List;
import org.ekkofs.backup.CopyOrigin;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.control.Units;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cache fill}: makes complete local copies of backups. */
@Command(
    name = "fill",
    header = "Make complete local copies of backups.",
    description =
        "The kernel then reads them at the speed of a local file, for whoever opens them in a mount"
            + " of root's (Linux 6.9 or later).",
    footer = {"", "Example:", "  ekkofs cache fill web/monday web/tuesday"})
final class CacheFillCommand implements Action {
  @Parameters(arity = "1..*", paramLabel = "TREE/NAME", description = "The backups.")
  private List<BackupPath> paths;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      for (BackupPath path : paths) {
        fill(context, repository, path);
      }
    }
  }

  private static void fill(Context context, Repository repository, BackupPath path) {
    Tree tree = repository.tree(path.tree());
    TrackedBackup backup = tree.find(path.name());
    boolean made;
    try (SegmentCache cache = SegmentCache.none(repository.store());
        ShownProgress progress = context.progress()) {
      made = new LocalCopies(repository).fill(tree, backup, cache, CopyOrigin.ASKED, progress);
    }
    String size = Units.bytes(LocalCopies.dataBytes(backup));
    context.say(
        made
            ? "%s: made a local copy of %s".formatted(path, size)
            : "%s: there is a local copy of %s already".formatted(path, size));
  }
}
