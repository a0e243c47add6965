package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.catalog.Checkpoint;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.LogReader;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.TreeKeys;

/** Compares checkpoints with what the log says from its first record on. For one thread. */
final class CheckpointVerifier {
  private final CheckpointFiles files;
  private final CommitLog whole;
  private final LogReader log;
  private final TreeName tree;

  CheckpointVerifier(Repository repository, Tree tree) {
    this.files = repository.checkpoints().files();
    this.whole = tree.log();
    this.log = whole.reader();
    this.tree = tree.name();
  }

  /**
   * Replays the whole log, and compares every checkpoint of the tree with it.
   *
   * @return a line for each that is wrong or damaged, with its key and what to do; nothing of the
   *     backups is damaged for that
   * @throws CorruptException if a record of the log is damaged or missing
   */
  List<String> verify() {
    Slot known = whole.current(TreeState::slot);
    List<Slot> slots = files.list(tree);
    List<String> notes = new ArrayList<>();
    Map<Slot, String> complaints = new HashMap<>();
    TreeState replayed = new TreeState();
    log.readAfter(
        Slot.NONE,
        (slot, record) -> {
          replayed.apply(slot, record);
          if (slots.contains(slot)) {
            complaint(slot, replayed).ifPresent(what -> complaints.put(slot, what));
          }
        });
    requireUpTo(known, replayed.slot());
    for (Slot slot : slots) {
      Optional.ofNullable(complaints.get(slot))
          .or(() -> missing(slot, replayed))
          .ifPresent(what -> notes.add(note(slot, what)));
    }
    return notes;
  }

  /** A host that began with a checkpoint or its catalog may have read past a gap. */
  private void requireUpTo(Slot read, Slot replayed) {
    if (replayed.compareTo(read) < 0) {
      throw new CorruptException(
          "record %s of the log of tree %s is missing, but there is record %s"
              .formatted(replayed.next(), tree, read));
    }
  }

  private Optional<String> missing(Slot slot, TreeState replayed) {
    return Optional.of("the log has no record " + slot)
        .filter(text -> slot.compareTo(replayed.slot()) > 0);
  }

  private String note(Slot slot, String what) {
    return "%s is of no use: %s; nothing rests on it, delete it"
        .formatted(new TreeKeys(tree).checkpoint(slot), what);
  }

  private Optional<String> complaint(Slot slot, TreeState replayed) {
    try {
      return files.read(tree, slot, checkpoint -> difference(checkpoint, replayed));
    } catch (NotFoundException gone) {
      return Optional.empty();
    } catch (CorruptException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<String> difference(Checkpoint checkpoint, TreeState replayed) {
    if (!checkpoint.state().isSameAs(replayed)) {
      return Optional.of("it does not say what the log says");
    }
    List<String> foreign = new ArrayList<>();
    checkpoint.references(
        (backup, bytes) -> {
          if (!Checkpoints.areThose(replayed, backup, bytes)) {
            foreign.add("its references of backup " + backup + " are not what was committed");
          }
        });
    return foreign.stream().findFirst();
  }
}
