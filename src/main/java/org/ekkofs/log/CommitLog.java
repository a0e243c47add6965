package org.ekkofs.log;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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

  /** How many records are listed to find gaps: as many as every store shows at once. */
  private static final long LISTED = 1_000;

  /** Up to this distance every slot is looked at to find gaps. */
  private static final long NEAR = 8;

  /** From there on every power of two up to this one. */
  private static final long FAR = 1 << 20;

  private final TreeName tree;
  private final LogStore store;
  private final LogReader reader;
  private final Stamper stamper;
  private final Consumer<TreeState> onAdvance;
  private final BiConsumer<CommitLog, Slot> onAppended;

  /** Only ever replaced by {@link #replay}. */
  private TreeState state;

  /** Whether the state is known to be what the records from the first one on add up to. */
  private boolean isReplayed;

  /**
   * The log of a tree.
   *
   * @param state where the replay stands; owned by this log from now on
   * @param onAdvance told of the state after it moved on, under the log's lock
   * @param onAppended told of the slot this log has won, by the thread that won it and without the
   *     log's lock; does not throw
   */
  public CommitLog(
      TreeName tree,
      LogStore store,
      Stamper stamper,
      TreeState state,
      Consumer<TreeState> onAdvance,
      BiConsumer<CommitLog, Slot> onAppended) {
    this.tree = tree;
    this.store = store;
    this.reader = new LogReader(tree, store);
    this.stamper = stamper;
    this.state = state;
    this.isReplayed = state.slot().equals(Slot.NONE);
    this.onAdvance = onAdvance;
    this.onAppended = onAppended;
  }

  /** The log of a tree, of whose own records nobody wants to hear. */
  public CommitLog(
      TreeName tree,
      LogStore store,
      Stamper stamper,
      TreeState state,
      Consumer<TreeState> onAdvance) {
    this(tree, store, stamper, state, onAdvance, (log, slot) -> {});
  }

  /** Which tree's log it is. */
  public TreeName tree() {
    return tree;
  }

  /** Reads the same records, from wherever one likes. */
  public LogReader reader() {
    return reader;
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
  public <T> T append(Decision decision, Function<TreeState, T> query) {
    Outcome<T> outcome = decideAndAppend(decision, query);
    outcome.won().ifPresent(slot -> onAppended.accept(this, slot));
    return outcome.result();
  }

  private record Outcome<T>(T result, Optional<Slot> won) {}

  private synchronized <T> Outcome<T> decideAndAppend(
      Decision decision, Function<TreeState, T> query) {
    while (true) {
      refresh();
      Optional<LogEvent> event = decision.decide(state);
      if (event.isEmpty()) {
        return new Outcome<>(query.apply(state), Optional.empty());
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
        return new Outcome<>(query.apply(state), Optional.of(slot));
      }
    }
  }

  /**
   * Sees to it that the state rests on the records of the log and on nothing else: reads all of
   * them from the first one on, unless that was done before, and if they add up to something else
   * than what this log began with, takes that instead.
   *
   * @param onReplaced told of the state that was taken instead, under the log's lock
   * @return whether the state was right
   * @throws CorruptException if a record is damaged or missing
   */
  public boolean replay(Consumer<TreeState> onReplaced) {
    TreeState replayed = new TreeState();
    while (true) {
      Optional<Boolean> right = judge(replayed, onReplaced);
      if (right.isPresent()) {
        return right.get();
      }
      Slot before = replayed.slot();
      reader.readAfter(before, replayed::apply);
      if (replayed.slot().equals(before)) {
        throw new CorruptException(
            "record %s of the log of tree %s is missing".formatted(before.next(), tree));
      }
    }
  }

  /** Empty if the one that is replayed is not as far as the state, or was not a moment ago. */
  private synchronized Optional<Boolean> judge(TreeState replayed, Consumer<TreeState> onReplaced) {
    if (isReplayed) {
      return Optional.of(true);
    }
    if (replayed.slot().compareTo(state.slot()) > 0) {
      refresh();
    }
    if (!replayed.slot().equals(state.slot())) {
      return Optional.empty();
    }
    boolean right = replayed.isSameAs(state);
    isReplayed = true;
    if (!right) {
      state = replayed;
      onReplaced.accept(state);
    }
    return Optional.of(right);
  }

  /** A record behind a gap would be seen by nobody, and one after another history means nothing. */
  private void checkContinuity() {
    Optional<UUID> last = state.last().map(LogRecord::nonce);
    if (last.isPresent() && !reader.read(state.slot()).map(LogRecord::nonce).equals(last)) {
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
              store.create(tree, slot, bytes) ? Optional.of(record) : reader.read(slot);
          if (winner.isPresent()) {
            return winner.get();
          }
        } catch (StoreUnavailableException e) {
          failure = e;
        } catch (CancelledException e) {
          interrupted |= Thread.interrupted();
          failure = e;
        } catch (EkkofsException e) {
          if (failure == null) {
            throw e;
          }
          // An earlier try may have written it all the same.
          failure = e;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    throw new StoreUnavailableException(
        "it is unknown whether record %s of the log of tree %s was written: %s"
            .formatted(slot, tree, failure == null ? "no answer" : failure.getMessage()),
        failure);
  }

  /**
   * Reads what others have appended, and checks that nothing is missing in the middle, which
   * reading alone takes for the end.
   *
   * @throws CorruptException if a record is missing
   */
  public synchronized void requireWhole() {
    requireUpTo(store.newest(tree));
  }

  /**
   * As {@link #requireWhole}, but a long log is not listed: after its end as it is read, a few
   * dozen slots are looked at, at once. That finds every gap of up to 7 records, and a longer one
   * of up to half a million if at least as many records follow as are missing.
   *
   * @throws CorruptException if a record is missing
   */
  public synchronized void lookForGap() {
    if (state.slot().value() <= LISTED) {
      requireWhole();
      return;
    }
    refresh();
    List<Slot> ahead = ahead(state.slot());
    List<Optional<byte[]>> found = store.readAll(tree, ahead);
    IntStream.range(0, found.size())
        .filter(n -> found.get(n).isPresent())
        .mapToObj(ahead::get)
        .reduce((first, second) -> second)
        .ifPresent(this::requireUpTo);
  }

  /** What follows the slot after the one read last, which is free. */
  private static List<Slot> ahead(Slot read) {
    return LongStream.concat(
            LongStream.rangeClosed(2, NEAR),
            LongStream.iterate(2 * NEAR, distance -> distance <= FAR, distance -> 2 * distance))
        .map(distance -> read.value() + distance)
        .filter(slot -> slot <= Slot.MAX)
        .mapToObj(Slot::new)
        .toList();
  }

  /** Others may have appended meanwhile; what was read cannot be behind what they have. */
  private void requireUpTo(Slot present) {
    refresh();
    if (state.slot().compareTo(present) < 0) {
      throw missing(present);
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
    if (reader.read(next.next()).isEmpty()) {
      return true;
    }
    refresh();
    if (state.slot().compareTo(next) < 0) {
      throw missing(next.next());
    }
    return false;
  }

  private void refresh() {
    Slot before = state.slot();
    try {
      reader.readAfter(before, state::apply);
    } finally {
      if (!state.slot().equals(before)) {
        onAdvance.accept(state);
      }
    }
  }

  private void apply(Slot slot, LogRecord record) {
    try {
      state.apply(slot, record);
    } catch (CorruptException e) {
      throw reader.named(slot, e);
    }
    onAdvance.accept(state);
  }
}
