package org.ekkofs.simulation;

import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.model.EkkofsException;
import org.jspecify.annotations.Nullable;

/**
 * Does one task after the other, on a host of its own. When its process ends, another may be
 * started that goes on with the next task.
 */
final class Actor {
  /** Something that a user asks for. */
  @FunctionalInterface
  interface Task {
    /** Does it, and tells the oracle of what was reported. */
    void run(Repository repository, Actor actor);
  }

  private static final int MOST_RESTARTS = 3;

  private final String name;
  private final World world;
  private final Machine machine;
  private final List<Task> tasks;
  private int restarts;
  private Optional<SparseDisk> disk = Optional.empty();

  /** Of the {@link Scheduler}. */
  volatile @Nullable Thread thread;

  /** Of the {@link Scheduler}: the step before which it does not go on. */
  long asleepUntil;

  /** Of the {@link Scheduler}: who has the highest goes on. */
  int rank;

  Actor(String name, World world, Machine machine, List<Task> tasks) {
    this.name = name;
    this.world = world;
    this.machine = machine;
    this.tasks = List.copyOf(tasks);
  }

  World world() {
    return world;
  }

  /** The disk it is backing up, or did last. */
  Optional<SparseDisk> disk() {
    return disk;
  }

  void takes(SparseDisk image) {
    disk = Optional.of(image);
  }

  /** A process of its own that somebody else closes. */
  Repository open() {
    return machine.open(new Process(world, this));
  }

  /** Does all tasks. */
  void live() {
    try {
      int next = 0;
      while (next < tasks.size() && mayStart() && world.failure().isEmpty()) {
        next = process(next);
      }
    } catch (Throwable e) {
      if (!(e instanceof Crash)) {
        world.fail(e);
      }
    }
    world.note(() -> name + " has ended");
  }

  private boolean mayStart() {
    return restarts++ == 0 || (restarts <= MOST_RESTARTS && world.choices.percent(80));
  }

  /** A process does what it can until it ends; gives the number of the task it has not begun. */
  private int process(int first) {
    Process process = new Process(world, this);
    int next = first;
    try (Repository repository = machine.open(process)) {
      while (next < tasks.size()) {
        Task task = tasks.get(next++);
        attempt(() -> task.run(repository, this), process);
      }
    } catch (EkkofsException | Crash e) {
      if (process.isDead() || world.failure().isPresent()) {
        return next;
      }
      return next + 1;
    }
    return next;
  }

  private void attempt(Runnable task, Process process) {
    try {
      task.run();
    } catch (RuntimeException e) {
      if (process.isDead() || world.failure().isPresent()) {
        throw new Crash();
      }
      if (!(e instanceof EkkofsException refusal)) {
        throw e;
      }
      world.note(() -> name + ": " + e);
      world.refused(refusal);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
