package org.ekkofs.log;

import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;

/**
 * The commit log of one tree: replays what others append and appends itself. Winning a slot is the
 * moment a change happens. Safe for use by many threads; all of the state is guarded by this
 * object's lock, which is held while the store is asked.
 */
public final class CommitLog {
  /** How often a slot whose outcome is unknown is tried again before the caller is told so. */
  private static final int RESOLVE_TRIES = 5;

  private final TreeName tree;
  private final LogStore store;
  private final Stamper stamper;
  private final Consumer<TreeState> onAdvance;
  private final TreeState state;

  /**
   * The log of a tree.
   *
   * @param state where the replay stands; owned by this log from now on
   * @param onAdvance told of the state after it moved on, under the log's lock
   */
  public CommitLog(
      TreeName tree,
      LogStore store,
      Stamper stamper,
      TreeState state,
      Consumer<TreeState> onAdvance) {
    this.tree = tree;
    this.store = store;
    this.stamper = stamper;
    this.state = state;
    this.onAdvance = onAdvance;
  }

  /** Which tree's log it is. */
  public TreeName tree() {
    return tree;
  }

  /**
   * Reads what others have appended, then looks at the state.
   *
   * @param query must not keep the state
   */
  public synchronized <T> T refreshed(Function<TreeState, T> query) {
    refresh();
    return query.apply(state);
  }

  /**
   * Looks at the state as it was read last.
   *
   * @param query must not keep the state
   */
  public synchronized <T> T current(Function<TreeState, T> query) {
    return query.apply(state);
  }

  /**
   * Appends what the decision says, as soon as a slot is won. An interrupt while the record is
   * being written comes too late to stop it; it stays pending for the caller.
   *
   * @throws StoreUnavailableException if it is unknown whether the record was written; then nobody
   *     may act as if it was, nor as if it was not
   * @throws CorruptException if the store's log is no longer the one that was read, as when an
   *     older copy of the repository was put in its place
   */
  public synchronized <T> T append(Decision decision, Function<TreeState, T> query) {
    while (true) {
      refresh();
      Optional<LogEvent> event = decision.decide(state);
      if (event.isEmpty()) {
        return query.apply(state);
      }
      checkContinuity();
      if (!isAtEnd()) {
        continue;
      }
      LogRecord record = stamper.stamp(state.last(), event.get());
      Slot slot = state.slot().next();
      LogRecord winner = contend(slot, record);
      apply(slot, winner);
      if (winner.nonce().equals(record.nonce())) {
        return query.apply(state);
      }
    }
  }

  /** A record behind a gap would be seen by nobody, and one after another history means nothing. */
  private void checkContinuity() {
    Optional<UUID> last = state.last().map(LogRecord::nonce);
    if (last.isPresent() && !read(state.slot()).map(LogRecord::nonce).equals(last)) {
      throw new CorruptException(
          "the log of tree %s is no longer what it was at record %s; was an older copy put in its place?"
              .formatted(tree, state.slot()));
    }
  }

  /** Tries to write the record into the slot and says which record lies there in the end. */
  private LogRecord contend(Slot slot, LogRecord record) {
    byte[] bytes = RecordCodec.encode(record);
    EkkofsException failure = null;
    boolean interrupted = false;
    try {
      for (int attempt = 0; attempt < RESOLVE_TRIES; attempt++) {
        try {
          Optional<LogRecord> winner =
              store.create(tree, slot, bytes) ? Optional.of(record) : read(slot);
          if (winner.isPresent()) {
            return winner.get();
          }
        } catch (StoreUnavailableException e) {
          failure = e;
        } catch (CancelledException e) {
          interrupted |= Thread.interrupted();
          failure = e;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    throw new StoreUnavailableException(
        "it is unknown whether record %s of tree %s was written".formatted(slot, tree), failure);
  }

  /**
   * Reads what others have appended, and checks that nothing is missing in the middle, which
   * reading alone takes for the end.
   *
   * @throws CorruptException if a record is missing
   */
  public synchronized void requireWhole() {
    Slot newest = store.newest(tree);
    refresh();
    if (state.slot().compareTo(newest) < 0) {
      throw missing(newest);
    }
  }

  private CorruptException missing(Slot later) {
    return new CorruptException(
        "record %s of the log of tree %s is missing, but there is record %s"
            .formatted(state.slot().next(), tree, later));
  }

  /**
   * Whether nothing follows the next slot, as far as one look tells; if not, others have appended,
   * and it has been read. Nobody may write into a gap: what follows would mean something else then.
   */
  private boolean isAtEnd() {
    Slot next = state.slot().next();
    if (read(next.next()).isEmpty()) {
      return true;
    }
    refresh();
    if (state.slot().compareTo(next) < 0) {
      throw missing(next.next());
    }
    return false;
  }

  private void refresh() {
    boolean advanced = false;
    while (true) {
      Slot next = state.slot().next();
      Optional<LogRecord> record = read(next);
      if (record.isEmpty()) {
        break;
      }
      replay(next, record.get());
      advanced = true;
    }
    if (advanced) {
      onAdvance.accept(state);
    }
  }

  private void apply(Slot slot, LogRecord record) {
    replay(slot, record);
    onAdvance.accept(state);
  }

  private void replay(Slot slot, LogRecord record) {
    try {
      state.apply(slot, record);
    } catch (CorruptException e) {
      throw named(slot, e);
    }
  }

  private Optional<LogRecord> read(Slot slot) {
    try {
      return store.read(tree, slot).map(RecordCodec::decode);
    } catch (CorruptException e) {
      throw named(slot, e);
    }
  }

  private CorruptException named(Slot slot, CorruptException e) {
    return new CorruptException(
        "record %s of the log of tree %s: %s".formatted(slot, tree, e.getMessage()), e);
  }
}
