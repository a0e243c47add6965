package org.ekkofs.backup;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ekkofs.catalog.Catalog;
import org.ekkofs.log.LogReader;
import org.ekkofs.log.LogStore;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;

/** Where to begin reading logs: as far on as this host or a checkpoint knows them. */
record LogStart(LogStore logs, Catalog catalog, Checkpoints checkpoints) {
  /** How what the catalog has saved stands to the store's log. */
  private enum Standing {
    /** The log no longer has the record that the state was reached with. */
    WRONG,
    /** So many records follow that a checkpoint may save reading them. */
    FAR,
    /** Few records follow. */
    NEAR
  }

  /** The state from which on a tree's log is to be read; the catalog knows it afterwards. */
  TreeState of(TreeName tree) {
    Optional<TreeState> saved = catalog.load(tree);
    Standing standing = saved.map(state -> standing(tree, state)).orElse(Standing.WRONG);
    if (standing == Standing.NEAR) {
      return saved.orElseThrow();
    }
    if (standing == Standing.WRONG) {
      catalog.forget(tree);
    }
    TreeState known = standing == Standing.FAR ? saved.orElseThrow() : new TreeState();
    Optional<TreeState> checkpoint = checkpoints.newest(tree, known.slot());
    checkpoint.ifPresent(state -> catalog.replace(tree, state));
    return checkpoint.orElse(known);
  }

  private Standing standing(TreeName tree, TreeState saved) {
    Slot far = new Slot(Math.min(Slot.MAX, saved.slot().value() + checkpoints.interval()));
    List<Optional<byte[]>> found = logs.readAll(tree, List.of(saved.slot(), far));
    LogReader reader = new LogReader(tree, logs);
    Optional<UUID> nonce =
        found.get(0).map(bytes -> reader.decode(saved.slot(), bytes)).map(LogRecord::nonce);
    if (nonce.isEmpty() || !nonce.equals(saved.last().map(LogRecord::nonce))) {
      return Standing.WRONG;
    }
    return found.get(1).isPresent() ? Standing.FAR : Standing.NEAR;
  }
}
