package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.control.Command;
import org.ekkofs.control.DiskSnapshots;
import org.ekkofs.control.SourceDisk;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.ImageFormat;
import org.ekkofs.source.SourceAddress;
import org.ekkofs.source.SourceOptions;
import org.ekkofs.source.qmp.LiveOptions;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code snapshot}: backs up a disk. */
@picocli.CommandLine.Command(
    name = "snapshot",
    header = "Back up a disk.",
    description = {
      "Of a disk whose earlier backup is named as its parent, only what differs is stored. An"
          + " overlay over a disk of a mount knows its parent by itself, and only what it holds is"
          + " read.",
      "A disk is a raw image, a block device, an image in a format of QEMU, an export of an NBD"
          + " server (nbd://HOST/EXPORT, nbd+unix:///EXPORT?socket=PATH) or a disk of a running"
          + " machine (qmp:PATH?node=NAME). The format goes by the file's extension, never by its"
          + " content, and is raw otherwise."
    },
    footer = {
      "",
      "Example:",
      "  ekkofs snapshot /dev/vg0/web1 web/monday",
      "  ekkofs snapshot /dev/vg0/web1 web/tuesday --parent web/monday",
      "  ekkofs snapshot overlay.qcow2 web/wednesday",
      "  ekkofs snapshot 'qmp:/run/vm1.qmp?node=sys' web/thursday 'qmp:/run/vm1.qmp?node=data'"
          + " data/thursday"
    })
final class SnapshotCommand implements ControlAction {
  @Parameters(
      arity = "1..*",
      paramLabel = "SOURCE TREE/NAME",
      description =
          "A disk, and what to call its backup. Disks of one running machine can be taken at one"
              + " moment: name more pairs.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--parent",
      paramLabel = "TREE/NAME",
      description = "An earlier backup of the disk, in the same tree.")
  private Optional<BackupPath> parent = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "What is in the file: raw, qcow2, qcow, qed, vmdk, vhdx, vpc, vdi, luks, parallels.")
  private Optional<String> format = Optional.empty();

  @Option(
      names = "--allow-backing",
      paramLabel = "DIR",
      description =
          "Also follow backing files in this folder and below it; may be given several times.")
  private List<Path> allowedBacking = new ArrayList<>();

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description =
          "What opens an encrypted image. All bytes of the file count, a newline at its end too.")
  private Optional<Path> secretFile = Optional.empty();

  @Option(
      names = "--bitmap",
      paramLabel = "NAME",
      description =
          "Read only what this dirty bitmap, of a qcow2 or an NBD export, says has changed since"
              + " the parent.")
  private Optional<String> bitmap = Optional.empty();

  @Option(
      names = "--changed-only",
      description =
          "Read only what the image itself holds: its backing file is what the parent is a backup"
              + " of.")
  private boolean changedOnly;

  @Option(
      names = "--freeze",
      paramLabel = "AGENT_SOCKET",
      description =
          "Of a running machine: have the guest's file systems hold still at the moment of the"
              + " backup, through the guest agent at this socket.")
  private Optional<Path> freeze = Optional.empty();

  @Option(
      names = "--scratch",
      paramLabel = "DIR",
      description =
          "Of a running machine: where QEMU keeps what the guest overwrites meanwhile; default"
              + " /var/tmp.")
  private Optional<Path> scratch = Optional.empty();

  @Option(
      names = "--check",
      paramLabel = "PERCENT",
      description =
          "Of what is said not to have changed, read so much all the same, and fail if it differs"
              + " from the parent.")
  private int check;

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
    if (words.size() % 2 != 0) {
      throw new InvalidException(
          "each SOURCE is followed by the TREE/NAME of its backup; the last one is not");
    }
    List<SourceDisk> disks = new ArrayList<>();
    for (int at = 0; at < words.size(); at += 2) {
      disks.add(
          new SourceDisk(
              SourceAddress.parse(words.get(at)), request(BackupPath.parse(words.get(at + 1)))));
    }
    return new Command.Snapshot(
        disks,
        new SourceOptions(
            format.map(ImageFormat::parse), allowedBacking, secretFile, bitmap, changedOnly),
        new LiveOptions(freeze, scratch.orElse(LiveOptions.DEFAULT.scratch())));
  }

  private SnapshotRequest request(BackupPath target) {
    return new SnapshotRequest(
            target,
            parentOf(target),
            segmentSize.map(SnapshotCommand::segmentSize),
            compression.map(Compression::new))
        .withCheck(check);
  }

  private Optional<BackupName> parentOf(BackupPath target) {
    if (parent.filter(path -> !path.tree().equals(target.tree())).isPresent()) {
      throw new InvalidException(
          "the parent %s is in another tree than %s; backups share data within a tree only"
              .formatted(parent.get(), target));
    }
    return parent.map(BackupPath::name);
  }

  private static SegmentSize segmentSize(String text) {
    long bytes = Sizes.parse(text);
    return new SegmentSize((int) Math.min(bytes, Integer.MAX_VALUE));
  }

  @Override
  public void run(Context context) {
    Command.Snapshot command = command();
    try (Repository repository = context.open()) {
      List<BackupView> views =
          take(repository, command, context).stream().map(SnapshotCommand::view).toList();
      if (!json) {
        views.forEach(view -> context.say(view.sentence()));
      } else if (views.size() == 1) {
        Json.print(context.out(), views.get(0).json());
      } else {
        ArrayNode all = Json.array();
        views.forEach(view -> all.add(view.json()));
        Json.print(context.out(), all);
      }
    }
  }

  private static BackupView view(DiskSnapshots.Taken taken) {
    return new BackupView(
        taken.request().target().tree(),
        taken.backup(),
        taken.request().parent(),
        Optional.empty());
  }

  private static List<DiskSnapshots.Taken> take(
      Repository repository, Command.Snapshot command, Context context) {
    try (ShownProgress progress = context.progress()) {
      return new DiskSnapshots(repository, Optional.empty()).take(command, progress, context::warn);
    }
  }
}
