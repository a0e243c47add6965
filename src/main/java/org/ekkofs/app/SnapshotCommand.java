package org.ekkofs.app;

import java.nio.file.Path;
import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.control.Command;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.RawSource;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code snapshot}: backs up a disk. */
@picocli.CommandLine.Command(
    name = "snapshot",
    header = "Back up a disk.",
    description =
        "Of a disk whose earlier backup is named as its parent, only what differs is stored.",
    footer = {
      "",
      "Example:",
      "  ekkofs snapshot /dev/vg0/web1 web/monday",
      "  ekkofs snapshot /dev/vg0/web1 web/tuesday --parent web/monday"
    })
final class SnapshotCommand implements ControlAction {
  @Parameters(index = "0", paramLabel = "SOURCE", description = "Raw image file or block device.")
  private Path source;

  @Parameters(index = "1", paramLabel = "TREE/NAME", description = "What to call the backup.")
  private BackupPath target;

  @Option(
      names = "--parent",
      paramLabel = "TREE/NAME",
      description = "An earlier backup of the disk, in the same tree.")
  private Optional<BackupPath> parent = Optional.empty();

  @Option(
      names = "--segment-size",
      paramLabel = "SIZE",
      description = "For a new tree: 256K to 16M, a power of two; default 1M.")
  private Optional<String> segmentSize = Optional.empty();

  @Option(
      names = "--compression",
      paramLabel = "LEVEL",
      description = "For a new tree: 0 (none) to 19; default 3.")
  private Optional<Integer> compression = Optional.empty();

  @Option(names = "--json", description = "Print the result as JSON.")
  private boolean json;

  @Override
  public Command.Snapshot command() {
    if (parent.filter(path -> !path.tree().equals(target.tree())).isPresent()) {
      throw new InvalidException(
          "the parent %s is in another tree than %s; backups share data within a tree only"
              .formatted(parent.get(), target));
    }
    return new Command.Snapshot(
        source,
        new SnapshotRequest(
            target,
            parent.map(BackupPath::name),
            segmentSize.map(SnapshotCommand::segmentSize),
            compression.map(Compression::new)));
  }

  private static SegmentSize segmentSize(String text) {
    long bytes = Sizes.parse(text);
    return new SegmentSize((int) Math.min(bytes, Integer.MAX_VALUE));
  }

  @Override
  public void run(Context context) {
    Command.Snapshot command = command();
    try (Repository repository = context.open()) {
      TrackedBackup backup = take(repository, command, context);
      BackupView view =
          new BackupView(target.tree(), backup, parent.map(BackupPath::name), Optional.empty());
      if (json) {
        Json.print(context.out(), view.json());
      } else {
        context.say(view.sentence());
      }
    }
  }

  private static TrackedBackup take(
      Repository repository, Command.Snapshot command, Context context) {
    try (RawSource source = RawSource.open(command.source());
        ShownProgress progress = context.progress()) {
      return new Snapshots(repository).take(source, command.request(), progress);
    }
  }
}
