package org.ekkofs.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.ErrorKind;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.HandClock;
import org.jspecify.annotations.Nullable;

/**
 * A store, the hosts that use it, and the oracle that watches. Everything in it belongs to the
 * actor whose turn it is.
 */
final class World {
  /** The tree everybody works on. */
  static final TreeName TREE = new TreeName("web");

  private static final int MOST_STEPS = 20_000;

  final Choices choices;
  final Profile profile;
  final Scheduler scheduler;
  final HandClock clock = new HandClock();
  final Content content = new Content(clock);
  final Oracle oracle = new Oracle(TREE, content);
  final Set<CrashPoint> crashedAt = EnumSet.noneOf(CrashPoint.class);
  final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  final Map<ErrorKind, Integer> refusals = new EnumMap<>(ErrorKind.class);
  final Map<String, Integer> answers = new TreeMap<>();
  final LogHome home;
  private final Consumer<String> trace;
  private final List<Runnable> late = new ArrayList<>();
  private @Nullable Throwable failure;
  private long numbers;
  private boolean quiet;

  /**
   * A world.
   *
   * @param trace hears of everything that happens
   */
  World(Choices choices, Profile profile, Consumer<String> trace) {
    this(choices, profile, LogHome.STORE, trace);
  }

  /** The same with its log at some place. */
  World(Choices choices, Profile profile, LogHome home, Consumer<String> trace) {
    this.home = home;
    this.choices = choices;
    this.profile = profile;
    this.scheduler = new Scheduler(choices, profile);
    this.trace = trace;
    note(profile::toString);
  }

  /** A number that was not there before in this world. */
  long number() {
    return ++numbers;
  }

  /** Tells of something that happened. */
  void note(Supplier<String> what) {
    if (trace != Simulation.UNHEARD) {
      trace.accept(what.get());
    }
  }

  /** From now on nothing fails and everybody is served at once. */
  void calm() {
    while (!late.isEmpty()) {
      late.remove(0).run();
    }
    quiet = true;
  }

  boolean isQuiet() {
    return quiet;
  }

  /** What has gone wrong: the first thing of all. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /** Something has gone wrong: nobody goes on. */
  void fail(Throwable what) {
    if (failure == null) {
      failure = what;
      note(what::toString);
    }
  }

  /**
   * One step of an actor: others may come first, and what was delayed may happen.
   *
   * @throws Crash if the world has ended
   */
  void step(Actor actor) {
    if (quiet) {
      return;
    }
    scheduler.pause(actor);
    if (failure != null) {
      throw new Crash();
    }
    if (scheduler.step() > MOST_STEPS) {
      throw new Loss("the run does not end");
    }
    if (!late.isEmpty() && choices.percent(10)) {
      late.remove(choices.below(late.size())).run();
    }
    if (profile.patient() && choices.percent(3)) {
      clock.advance(Duration.ofHours(choices.below(30)));
    }
  }

  /** Draws what befalls an operation. */
  Fault fault(Set<Fault> possible) {
    Fault fault = quiet || possible.isEmpty() ? Fault.NONE : profile.next(choices, possible);
    faults.merge(fault, 1, Integer::sum);
    return fault;
  }

  /** Somebody was told that something was not done. */
  void refused(EkkofsException answer) {
    refusals.merge(answer.kind(), 1, Integer::sum);
  }

  /** Somebody was told that this is so; see {@link Oracle#told}. */
  void told(String what, BackupId backup, Predicate<LogModel.Entry> truth) {
    note(() -> "told: %s of %s".formatted(what, backup));
    watched(() -> oracle.told(what, backup, truth));
    answers.merge(what, 1, Integer::sum);
  }

  /**
   * Somebody was told that a snapshot of this disk failed; then there must be none, unless the
   * store could not be asked, or not read, in the end.
   */
  void toldFailure(SparseDisk disk, EkkofsException failure) {
    boolean settled = failure.getSuppressed().length == 0;
    if (failure.kind() != ErrorKind.STORE_UNAVAILABLE && settled) {
      watched(() -> oracle.toldFailure(disk, failure));
    }
  }

  /** Somebody was told that a sweep came to its end. */
  void swept() {
    answers.merge("a sweep", 1, Integer::sum);
  }

  /** Has something happen at some later time. */
  void later(Runnable effect) {
    late.add(effect);
  }

  /** Has an object put. */
  void put(ObjectKey key, byte[] bytes, boolean isLate) {
    if (isLate) {
      note(() -> "late: put " + key);
    }
    if (home != LogHome.STORE && LogView.isRecord(key)) {
      copied(key, bytes);
      return;
    }
    watched(() -> oracle.put(key, content.put(key, bytes), bytes, isLate));
  }

  /** Has the copy of a record put; one that is there already stays as it is. */
  private void copied(ObjectKey key, byte[] bytes) {
    if (!create(key, bytes, Optional.empty())
        && !Arrays.equals(content.get(key).orElseThrow(), bytes)) {
      fail(new Loss(key + " was replaced by another record"));
      throw new Crash();
    }
  }

  /** Has an object created, unless there is one. */
  boolean create(ObjectKey key, byte[] bytes, Optional<SparseDisk> disk) {
    boolean created = content.create(key, bytes);
    note(() -> "create %s: %s".formatted(key, created ? described(key, bytes) : "exists"));
    if (created) {
      watched(() -> oracle.created(key, bytes, disk));
    }
    return created;
  }

  /** The code that is tested must not take a loss for a failure of the store. */
  private void watched(Runnable check) {
    try {
      check.run();
    } catch (Loss | RuntimeException e) {
      fail(e);
      throw new Crash();
    }
  }

  private static String described(ObjectKey key, byte[] bytes) {
    return key.value().contains("/log/") || SimulatedTable.isRow(key)
        ? String.valueOf(RecordCodec.decode(bytes).event())
        : bytes.length + " bytes";
  }

  /** Has an object deleted. */
  void delete(ObjectKey key) {
    note(() -> "delete " + key);
    watched(() -> oracle.deleted(key));
    content.delete(key);
  }
}
