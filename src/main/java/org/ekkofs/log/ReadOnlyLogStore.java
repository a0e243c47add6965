package org.ekkofs.log;

import java.util.List;
import java.util.Optional;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;

/** Commit logs that this host may only read. */
public final class ReadOnlyLogStore implements LogStore {
  private final LogStore logs;
  private final String reason;

  /**
   * Reads these logs.
   *
   * @param reason what whoever would write is told
   */
  public ReadOnlyLogStore(LogStore logs, String reason) {
    this.logs = logs;
    this.reason = reason;
  }

  @Override
  public Optional<byte[]> read(TreeName tree, Slot slot) {
    return logs.read(tree, slot);
  }

  @Override
  public List<Optional<byte[]>> readAll(TreeName tree, List<Slot> slots) {
    return logs.readAll(tree, slots);
  }

  @Override
  public boolean create(TreeName tree, Slot slot, byte[] record) {
    throw new RefusedException(reason);
  }

  @Override
  public Slot newest(TreeName tree) {
    return logs.newest(tree);
  }

  @Override
  public List<TreeName> trees() {
    return logs.trees();
  }

  @Override
  public void close() {
    logs.close();
  }
}
