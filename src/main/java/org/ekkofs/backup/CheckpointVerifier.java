package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.catalog.Checkpoint;
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
  private final LogReader log;
  private final TreeName tree;

  CheckpointVerifier(Repository repository, Tree tree) {
    this.files = repository.checkpoints().files();
    this.log = tree.log().reader();
    this.tree = tree.name();
  }

  /**
   * Looks at every checkpoint of the tree, and replays the whole log if there are any.
   *
   * @return a line for each that is wrong or damaged, with its key and what to do; nothing of the
   *     backups is damaged for that
   * @throws CorruptException if a record of the log is damaged or missing
   */
  List<String> verify() {
    List<Slot> slots = files.list(tree);
    List<String> notes = new ArrayList<>();
    if (slots.isEmpty()) {
      return notes;
    }
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
    for (Slot slot : slots) {
      Optional.ofNullable(complaints.get(slot))
          .or(() -> missing(slot, replayed))
          .ifPresent(what -> notes.add(note(slot, what)));
    }
    return notes;
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
