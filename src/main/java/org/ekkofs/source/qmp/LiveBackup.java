package org.ekkofs.source.qmp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.source.DiskSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Disks of a running machine, all as they were at one moment, while the machine goes on. What it
 * overwrites is kept in overlays in a scratch folder; what has changed since is kept in bitmaps in
 * QEMU, so that whatever becomes of this process the next one knows what there is to do. For one
 * thread; what it hands out is for many.
 */
public final class LiveBackup implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveBackup.class);
  private static final int NAME_LENGTH = 8;

  private final QmpClient client;
  private final Machine machine;
  private final Consumer<LiveStep> reached;
  private final ScratchFolder scratch;
  private final Path socket;
  private final String session;
  private final List<HeldDisk> disks = new ArrayList<>();
  private final Set<HeldDisk> held = new HashSet<>();
  private final SpaceWatch watch;
  private boolean serving;

  private LiveBackup(
      QmpClient client, List<LiveDisk> wishes, Path parentFolder, Consumer<LiveStep> reached) {
    this.client = client;
    this.machine = new Machine(client);
    this.reached = reached;
    new Leftovers(machine).remove();
    List<BlockNode> nodes = wishes.stream().map(wish -> machine.disk(wish.node())).toList();
    checkDistinct(nodes);
    this.scratch = ScratchFolder.create(parentFolder);
    this.session = Leftovers.PREFIX + ScratchFolder.secret().substring(0, NAME_LENGTH);
    try {
      this.socket = scratch.socket();
      long bytes = nodes.stream().mapToLong(BlockNode::size).sum();
      this.watch = new SpaceWatch(scratch, bytes, () -> machine.removeJobs(session));
      for (int index = 0; index < wishes.size(); index++) {
        disks.add(disk(wishes.get(index), nodes.get(index), name(session, index)));
      }
    } catch (RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  /** None begins with another, as what belongs to one is found by its beginning. */
  static String name(String session, int index) {
    return "%s-%03d".formatted(session, index);
  }

  private static void checkDistinct(List<BlockNode> nodes) {
    if (nodes.stream().map(BlockNode::name).distinct().count() < nodes.size()) {
      throw new InvalidException("the same disk is named twice");
    }
  }

  private HeldDisk disk(LiveDisk wish, BlockNode node, String name) {
    if (node.bitmaps().stream().anyMatch(DirtyBitmap::busy)) {
      throw new RefusedException(
          "a bitmap of disk %s of %s is in use by somebody else"
              .formatted(wish.node(), client.description()));
    }
    BitmapPlan plan = BitmapPlan.of(node.bitmaps(), wish.parents());
    return new HeldDisk(machine, wish, node, plan, name, scratch.overlay(), watch);
  }

  /**
   * Holds disks of a machine still, all at one moment. What an earlier process has left in it that
   * died is removed first.
   *
   * @param monitor the socket of a QMP monitor that nobody else is connected to
   * @param reached told of every step; in tests it may never return
   * @throws EkkofsException if that is not possible; the machine is then as it was
   */
  public static LiveBackup begin(
      Path monitor, List<LiveDisk> disks, LiveOptions options, Consumer<LiveStep> reached) {
    QmpClient client = QmpClient.connect(monitor);
    LiveBackup backup;
    try {
      backup = new LiveBackup(client, disks, options.scratch(), reached);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
    try {
      backup.begin(options.agent());
      return backup;
    } catch (RuntimeException | Error e) {
      backup.abandon(e);
      throw e;
    }
  }

  private void abandon(Throwable cause) {
    try {
      close();
    } catch (EkkofsException e) {
      cause.addSuppressed(e);
    }
  }

  private void begin(Optional<Path> agent) {
    reached.accept(LiveStep.FOLDER_MADE);
    for (HeldDisk disk : disks) {
      held.add(disk);
      attach(disk);
      reached.accept(LiveStep.OVERLAY_MADE);
    }
    reached.accept(LiveStep.OVERLAYS_ATTACHED);
    new Leftovers(machine).refuseOthers(session);
    disks.forEach(HeldDisk::mendBitmaps);
    watch.start();
    holdStill(agent);
    reached.accept(LiveStep.BEGUN);
    machine.startServer(socket.toString());
    serving = true;
    reached.accept(LiveStep.SERVER_STARTED);
    disks.forEach(HeldDisk::export);
    reached.accept(LiveStep.EXPORTED);
  }

  private void attach(HeldDisk disk) {
    try {
      disk.attachOverlay();
    } catch (FailedException e) {
      if (String.valueOf(e.getMessage()).contains("Permission denied")) {
        throw new FailedException(
            e.getMessage() + "; name a folder with --scratch that QEMU may write to", e);
      }
      throw e;
    }
  }

  private void holdStill(Optional<Path> agent) {
    List<ObjectNode> actions = new ArrayList<>();
    disks.forEach(disk -> actions.addAll(disk.beginning()));
    if (agent.isEmpty()) {
      machine.transaction(actions);
      return;
    }
    try (GuestAgent guest = GuestAgent.connect(agent.get())) {
      guest.whileFrozen(() -> machine.transaction(actions));
    }
  }

  /** The disks, in the order they were asked for. */
  public List<HeldDisk> disks() {
    return List.copyOf(disks);
  }

  /** Opens one of them. */
  public DiskSource open(HeldDisk disk) {
    return disk.open(socket);
  }

  /**
   * Lets a disk go. Of a backup that is complete nothing fails any more: what could not be tidied
   * up the next one tidies up.
   *
   * @param committed whether its backup is complete; if not, the machine remembers what has changed
   *     as if there had been none
   * @throws FailedException if it is not, and the machine could not be told
   */
  public void release(HeldDisk disk, boolean committed) {
    if (!held.remove(disk)) {
      return;
    }
    try {
      detach(disk, committed);
    } catch (EkkofsException e) {
      scratch.keep();
      if (!committed) {
        throw e;
      }
      LOG.warn("the backup is complete, but it left something: {}", e.getMessage());
    }
  }

  private void detach(HeldDisk disk, boolean committed) {
    machine.removeExports(disk.name());
    reached.accept(LiveStep.UNEXPORTED);
    if (held.isEmpty()) {
      stopServer();
    }
    machine.removeJobs(disk.name());
    reached.accept(LiveStep.JOB_ENDED);
    disk.settleBitmaps(committed);
    reached.accept(LiveStep.BITMAPS_SETTLED);
    disk.detachOverlay();
    reached.accept(LiveStep.OVERLAY_REMOVED);
  }

  /** While an overlay is attached, by which the next process knows whose server it is. */
  private void stopServer() {
    if (serving) {
      serving = false;
      machine.stopServer();
    }
    reached.accept(LiveStep.SERVER_STOPPED);
  }

  /** Lets go of what was not released, as if it had failed, and of the machine. */
  @Override
  public void close() {
    try (client;
        scratch;
        watch) {
      releaseAll();
    }
  }

  private void releaseAll() {
    EkkofsException failure = null;
    for (HeldDisk disk : List.copyOf(held)) {
      try {
        release(disk, false);
      } catch (EkkofsException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
