package org.ekkofs.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.ekkofs.store.ObjectStore;
import org.slf4j.LoggerFactory;

/**
 * Runs of the real code of snapshots, deletions, revocations and sweeps in a {@link World} of
 * several hosts. One at a time, in a folder of its own. For one thread at a time.
 */
final class Simulation {
  /** Nobody listens. */
  static final Consumer<String> UNHEARD = line -> {};

  static {
    // Checkpoints that faults have damaged are warned of, and here there are thousands.
    ((Logger) LoggerFactory.getLogger("org.ekkofs.backup")).setLevel(Level.ERROR);
  }

  private final Path folder;
  private final ExecutorService threads;
  private final Template empty;
  private final Template grown;
  private final Originals originals;
  private final Tally tally;
  private final UnaryOperator<ObjectStore> mutation;
  private final LogHome home;

  /**
   * Runs in which every host sees the store through something.
   *
   * @param folder for what hosts keep, best in memory
   * @param threads gives each actor a thread
   */
  Simulation(
      Path folder, ExecutorService threads, Tally tally, UnaryOperator<ObjectStore> mutation) {
    this(folder, threads, tally, mutation, LogHome.STORE);
  }

  /** The same with the log at some place. */
  Simulation(
      Path folder,
      ExecutorService threads,
      Tally tally,
      UnaryOperator<ObjectStore> mutation,
      LogHome home) {
    this.home = home;
    this.folder = folder;
    this.threads = threads;
    this.tally = tally;
    this.mutation = mutation;
    this.empty = Template.empty();
    this.originals = Originals.in(folder.resolve("originals"));
    this.grown = Template.of(folder.resolve("template"), relatives());
  }

  private static SortedMap<String, SparseDisk> relatives() {
    SparseDisk first = SparseDisk.empty(3).with(0, -1).with(64, -2).with(65, -3).with(128, -4);
    return new TreeMap<>(
        Map.of(
            "a", first,
            "b", first.with(2, -11).with(64, -21),
            "c", first.with(3, -12).with(64, -22)));
  }

  /**
   * Runs what these choices make of it.
   *
   * @param trace hears of everything that happens
   * @throws Loss if something was lost
   */
  void run(Choices choices, Consumer<String> trace) throws InterruptedException {
    World world = new World(choices, Profile.draw(choices), home, trace);
    Path place = folder.resolve("hosts");
    try {
      (world.profile.grown() ? grown : empty).load(world);
      world.scheduler.run(actors(world, place), threads);
      if (world.failure().isEmpty()) {
        new Settlement(world, new Machine(world, 99, place.resolve("99"), UnaryOperator.identity()))
            .run();
      }
    } finally {
      delete(place);
    }
    tally.add(world);
    if (world.failure().isPresent()) {
      Throwable failure = world.failure().get();
      throw failure instanceof Loss loss ? loss : new Loss(failure.toString(), failure);
    }
  }

  private List<Actor> actors(World world, Path place) {
    List<Actor> actors = new ArrayList<>();
    add(actors, "writer", 3 + world.choices.below(2), Tasks::snapshot, 2, world, place);
    add(actors, "deleter", 1 + world.choices.below(2), Tasks::change, 3, world, place);
    add(actors, "sweeper", 2, Tasks::sweep, 3, world, place);
    add(actors, "revoker", world.choices.below(2), Tasks::revoke, 2, world, place);
    int copiers = world.choices.percent(30) ? 1 + world.choices.below(2) : 0;
    add(actors, "copier", copiers, originals::copy, 4, world, place);
    return actors;
  }

  private void add(
      List<Actor> actors,
      String name,
      int count,
      Actor.Task task,
      int times,
      World world,
      Path place) {
    for (int n = 1; n <= count; n++) {
      int number = actors.size() + 1;
      List<Actor.Task> tasks = new ArrayList<>();
      for (int time = 1 + world.choices.below(times); time > 0; time--) {
        tasks.add(task);
      }
      Path local = place.resolve(Integer.toString(number));
      Machine.prepare(local, world.profile.catalog());
      // Whoever copies takes the others for interrupted, though they may not be.
      String host = name.equals("copier") ? name : "host" + number;
      actors.add(
          new Actor(name + n, world, new Machine(world, number, host, local, mutation), tasks));
    }
  }

  /** Deletes a folder and all in it, if it is there. */
  static void delete(Path folder) {
    try {
      if (Files.exists(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
