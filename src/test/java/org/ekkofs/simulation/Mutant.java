package org.ekkofs.simulation;

import java.util.function.UnaryOperator;
import org.ekkofs.store.ObjectStore;

/**
 * The protocol without one of its rules. Each takes it away by what a process sees of the store, or
 * does to it; the code that is tested is the same as ever.
 */
enum Mutant {
  /** Snapshots are announced only when they are complete. */
  NO_INTENT(UnannouncedSnapshots::new),
  /** Sweeps do not care for what unfinished snapshots may share. */
  NOTHING_IS_PINNED(Mutants.NothingIsPinned::new),
  /** Who finds a slot taken believes to have written what lies there. */
  EXISTING_IS_OWN(Mutants.ExistingIsOwn::new),
  /** Who does not know whether a record was written believes that it was. */
  UNKNOWN_IS_WRITTEN(Mutants.UnknownIsWritten::new),
  /** Revoked snapshots are committed all the same. */
  REVOKED_IS_OPEN(Mutants.RevokedIsOpen::new),
  /** References that cannot be read are taken for empty. */
  UNREADABLE_IS_EMPTY(Mutants.UnreadableIsEmpty::new);

  private final UnaryOperator<ObjectStore> view;

  Mutant(UnaryOperator<ObjectStore> view) {
    this.view = view;
  }

  /** How every process sees the store. */
  UnaryOperator<ObjectStore> view() {
    return view;
  }
}
