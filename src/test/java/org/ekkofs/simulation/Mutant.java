package org.ekkofs.simulation;

import java.util.function.UnaryOperator;
import org.ekkofs.store.ObjectStore;

/**
 * The protocol without one of its rules. Each takes it away by what a process sees of the store, or
 * does to it; the code that is tested is the same as ever.
 */
enum Mutant {
  /** Snapshots are announced only when they are complete. */
  NO_INTENT(UnannouncedSnapshots::new, Missing.class),
  /** Sweeps do not care for what unfinished snapshots may share. */
  NOTHING_IS_PINNED(Mutants.NothingIsPinned::new, Missing.class),
  /** Who finds a slot taken believes to have written what lies there. */
  EXISTING_IS_OWN(Mutants.ExistingIsOwn::new, Loss.class),
  /** Who does not know whether a record was written believes that it was. */
  UNKNOWN_IS_WRITTEN(Mutants.UnknownIsWritten::new, Loss.class),
  /** Revoked snapshots are committed all the same. */
  REVOKED_IS_OPEN(Mutants.RevokedIsOpen::new, Loss.class),
  /** Copies are committed though what they continue was revoked. */
  REVOKED_IS_CONTINUED(Mutants.RevokedIsContinued::new, Loss.class),
  /** References that cannot be read are taken for empty. */
  UNREADABLE_IS_EMPTY(Mutants.UnreadableIsEmpty::new, Missing.class);

  private final UnaryOperator<ObjectStore> view;

  private final Class<? extends Loss> loss;

  Mutant(UnaryOperator<ObjectStore> view, Class<? extends Loss> loss) {
    this.view = view;
    this.loss = loss;
  }

  /** Whether this is what comes of it: neither wasted space nor a stumble of the mutant itself. */
  boolean explains(Loss found) {
    return loss.isInstance(found) && !(found instanceof Leftover) && found.getCause() == null;
  }

  /** How every process sees the store. */
  UnaryOperator<ObjectStore> view() {
    return view;
  }
}
