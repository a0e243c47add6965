package org.ekkofs.source.qmp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.DiskSource;
import org.ekkofs.source.nbd.ChangeContext;
import org.ekkofs.source.nbd.NbdExport;
import org.ekkofs.source.nbd.NbdSource;

/**
 * A disk of a running machine as it was at one moment. It can be opened by any thread; whoever is
 * done with it says to the {@link LiveBackup} what came of it.
 */
public final class HeldDisk {
  private final Machine machine;
  private final LiveDisk wish;
  private final BlockNode node;
  private final BitmapPlan plan;
  private final String name;
  private final Path overlay;
  private final SpaceWatch watch;

  HeldDisk(
      Machine machine,
      LiveDisk wish,
      BlockNode node,
      BitmapPlan plan,
      String name,
      Path overlay,
      SpaceWatch watch) {
    this.machine = machine;
    this.wish = wish;
    this.node = node;
    this.plan = plan;
    this.name = name;
    this.overlay = overlay;
    this.watch = watch;
  }

  /** What was asked for. */
  public LiveDisk wish() {
    return wish;
  }

  /** The backup since which it is known what has changed. */
  public Optional<BackupId> parent() {
    return plan.parent().map(DirtyBitmap::backup);
  }

  /** Why it is not known what has changed, so that everything is read; empty if it is known. */
  public Optional<String> whyAll() {
    return plan.whyAll();
  }

  /** The backup that the disk was last known to have been backed up as, if it can be the parent. */
  public Optional<BackupId> known() {
    return plan.known();
  }

  long size() {
    return node.size();
  }

  String name() {
    return name;
  }

  /**
   * Opens the disk as it was.
   *
   * @param socket where the machine serves it
   */
  DiskSource open(Path socket) {
    String description = "disk %s of %s".formatted(wish.node(), machine.client().description());
    NbdSource source =
        NbdSource.open(
            new NbdExport.Socket(description, socket, name),
            plan.parent().map(bitmap -> new ChangeContext.DirtyBitmap(bitmap.name())));
    return new LiveSource(source, machine, name, watch);
  }

  /** What was stopped when a backup was killed goes on. */
  void mendBitmaps() {
    if (!plan.mended().isEmpty()) {
      machine.transaction(reunion(plan.parent().orElseThrow(), plan.mended()));
    }
  }

  private List<ObjectNode> reunion(DirtyBitmap stopped, List<DirtyBitmap> recording) {
    ArrayNode names = Line.object().arrayNode();
    recording.forEach(bitmap -> names.add(bitmap.name()));
    ObjectNode merge = Line.object().put("node", node.name()).put("target", stopped.name());
    merge.set("bitmaps", names);
    return List.of(
        bitmapAction("enable", stopped), Machine.action("block-dirty-bitmap-merge", merge));
  }

  private ObjectNode bitmapAction(String verb, DirtyBitmap bitmap) {
    return Machine.action(
        "block-dirty-bitmap-" + verb,
        Line.object().put("node", node.name()).put("name", bitmap.name()));
  }

  /** Gives the machine an overlay, which nothing is written to yet. */
  void attachOverlay() {
    String file = Machine.fileNode(name);
    machine.create(
        name,
        Line.object().put("driver", "file").put("filename", overlay.toString()).put("size", 0));
    machine
        .client()
        .execute(
            "blockdev-add",
            Line.object()
                .put("driver", "file")
                .put("node-name", file)
                .put("filename", overlay.toString()));
    machine.create(
        name, Line.object().put("driver", "qcow2").put("file", file).put("size", node.size()));
    machine
        .client()
        .execute(
            "blockdev-add",
            Line.object()
                .put("driver", "qcow2")
                .put("node-name", name)
                .put("file", file)
                .put("backing", node.name()));
  }

  /** What is to happen at the moment of the backup. */
  List<ObjectNode> beginning() {
    List<ObjectNode> actions = new ArrayList<>();
    actions.add(
        Machine.action(
            "block-dirty-bitmap-add",
            Line.object()
                .put("node", node.name())
                .put("name", DirtyBitmap.name(wish.backup()))
                .put("persistent", node.keepsBitmaps())));
    plan.parent().ifPresent(bitmap -> actions.add(bitmapAction("disable", bitmap)));
    plan.broken().forEach(bitmap -> actions.add(bitmapAction("remove", bitmap)));
    actions.add(
        Machine.action(
            "blockdev-backup",
            Line.object()
                .put("job-id", name)
                .put("device", node.name())
                .put("target", name)
                .put("sync", "none")));
    return actions;
  }

  /** Lets it be read. */
  void export() {
    ObjectNode export =
        Line.object()
            .put("type", "nbd")
            .put("id", name)
            .put("node-name", name)
            .put("name", name)
            .put("writable", false);
    ArrayNode bitmaps = export.putArray("bitmaps");
    plan.parent().ifPresent(bitmap -> bitmaps.add(bitmap.name()));
    machine.client().execute("block-export-add", export);
  }

  /** Takes the overlay away again. */
  void detachOverlay() {
    machine.removeNodes(name);
    try {
      Files.deleteIfExists(overlay);
    } catch (IOException e) {
      throw new FailedException("%s cannot be removed: %s".formatted(overlay, Causes.of(e)), e);
    }
  }

  /** The bitmaps say what has changed since the new backup, or as before since the old ones. */
  void settleBitmaps(boolean committed) {
    if (committed) {
      machine.transaction(
          plan.superseded().stream().map(bitmap -> bitmapAction("remove", bitmap)).toList());
      return;
    }
    for (DirtyBitmap added :
        machine.bitmaps(node.name(), bitmap -> bitmap.backup().equals(wish.backup()))) {
      plan.parent().ifPresent(old -> machine.transaction(reunion(old, List.of(added))));
      machine.transaction(List.of(bitmapAction("remove", added)));
    }
  }
}
