package org.ekkofs.app;

import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.RestoreOptions;
import org.ekkofs.backup.Restores;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;
import org.ekkofs.restore.ImageOptions;
import org.ekkofs.restore.ImageRestore;
import org.ekkofs.source.ImageFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code restore}: writes a backup back to a disk. */
@Command(
    name = "restore",
    header = "Write a backup to a file, sparse where the disk is empty, or to a block device.",
    description = {
      "A file whose name ends in .qcow2, .vmdk, .vhdx, .vhd or .vdi becomes an image",
      "of that format, written by qemu-img. Everything else is raw."
    },
    footer = {
      "",
      "Examples:",
      "  ekkofs restore web/monday /var/lib/images/web.raw",
      "  ekkofs restore web/monday /var/lib/images/web.qcow2 --compress"
    })
final class RestoreCommand implements Action {
  @Parameters(index = "0", paramLabel = "TREE/NAME", description = "The backup.")
  private BackupPath path;

  @Parameters(index = "1", paramLabel = "DEST", description = "A new file, or a block device.")
  private Path destination;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "raw, qcow2, vmdk, vhdx, vdi, vpc, qcow, qed or parallels, whatever the file is called.")
  private Optional<ImageFormat> format = Optional.empty();

  @Option(
      names = {"-c", "--compress"},
      description = "Compress the content, of a qcow2 or vmdk.")
  private boolean compress;

  @Option(names = "--force", description = "Replace the file, or overwrite the device.")
  private boolean force;

  @Option(names = "--no-verify", description = "Do not read back what was written.")
  private boolean noVerify;

  @Override
  public void run(Context context) {
    ImageFormat chosen = chosen();
    try (Repository repository = context.open();
        ShownProgress progress = context.progress()) {
      Tree tree = repository.tree(path.tree());
      TrackedBackup backup = tree.find(path.name());
      if (chosen == ImageFormat.RAW && !compress) {
        new Restores(repository)
            .restore(tree, backup, destination, new RestoreOptions(force, !noVerify), progress);
      } else {
        new ImageRestore(repository, context.clock())
            .restore(
                tree,
                backup,
                destination,
                new ImageOptions(chosen, compress, force, !noVerify),
                progress);
      }
    }
    context.say(
        "restored %s to %s%s%s"
            .formatted(
                path,
                destination,
                chosen == ImageFormat.RAW ? "" : " as " + chosen.driver(),
                noVerify ? "" : " and read it back"));
  }

  private ImageFormat chosen() {
    return format.or(() -> ImageFormat.ofExtension(destination)).orElse(ImageFormat.RAW);
  }
}
