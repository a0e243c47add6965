package org.ekkofs.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.ekkofs.store.ObjectStore;

/**
 * Runs one seed after the other, several at a time, until one finds a loss. For one thread at a
 * time.
 */
final class Seeds implements AutoCloseable {
  private static final int LAST_LINES = 120;

  /** A seed that lost something. */
  record Found(long seed, Loss loss) {}

  private final Path folder = folderInMemory();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "simulated");
            thread.setDaemon(true);
            return thread;
          });
  private final UnaryOperator<ObjectStore> mutation;
  private final LogHome home;
  private final Tally tally = new Tally();

  /** Of runs in which every host sees the store through something. */
  Seeds(UnaryOperator<ObjectStore> mutation) {
    this(mutation, LogHome.STORE);
  }

  /** The same with the log at some place. */
  Seeds(UnaryOperator<ObjectStore> mutation, LogHome home) {
    this.home = home;
    this.mutation = mutation;
  }

  /** Where files cost no disk, if there is such a place. */
  static Path folderInMemory() {
    Path memory = Path.of("/dev/shm");
    try {
      return Files.isDirectory(memory) && Files.isWritable(memory)
          ? Files.createTempDirectory(memory, "ekkofs-simulation")
          : Files.createTempDirectory("ekkofs-simulation");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What has happened in all runs so far. */
  Tally tally() {
    return tally;
  }

  /**
   * Runs seeds until one is found.
   *
   * @param first the first seed
   * @param count how many seeds
   * @param time for how long at most
   * @param sought which loss ends the runs
   */
  Optional<Found> find(long first, long count, Duration time, Predicate<Loss> sought)
      throws InterruptedException {
    AtomicLong next = new AtomicLong(first);
    AtomicReference<Found> found = new AtomicReference<>();
    long end = System.nanoTime() + time.toNanos();
    List<Future<?>> workers = new ArrayList<>();
    for (int worker = 0; worker < Runtime.getRuntime().availableProcessors(); worker++) {
      Path place = folder.resolve("worker" + worker);
      workers.add(
          threads.submit(
              () -> {
                Simulation simulation = new Simulation(place, threads, tally, mutation, home);
                long seed = next.getAndIncrement();
                while (seed < first + count && found.get() == null && System.nanoTime() < end) {
                  run(simulation, seed).filter(sought).ifPresent(found(seed, found));
                  seed = next.getAndIncrement();
                }
                return null;
              }));
    }
    for (Future<?> worker : workers) {
      await(worker);
    }
    return Optional.ofNullable(found.get());
  }

  private static Consumer<Loss> found(long seed, AtomicReference<Found> found) {
    return loss -> found.compareAndSet(null, new Found(seed, loss));
  }

  private static Optional<Loss> run(Simulation simulation, long seed) throws InterruptedException {
    try {
      simulation.run(Choices.random(seed), Simulation.UNHEARD);
      return Optional.empty();
    } catch (Loss loss) {
      return Optional.of(loss);
    }
  }

  private static void await(Future<?> worker) throws InterruptedException {
    try {
      worker.get();
    } catch (ExecutionException e) {
      throw new AssertionError("a run could not be made", e.getCause());
    }
  }

  /** Everything that happens with a seed, ending in what is lost, if anything is. */
  List<String> trace(long seed) throws InterruptedException {
    List<String> lines = new ArrayList<>();
    Simulation simulation =
        new Simulation(folder.resolve("traced"), threads, tally, mutation, home);
    try {
      simulation.run(Choices.random(seed), lines::add);
    } catch (Loss loss) {
      lines.add(loss.toString());
    }
    return lines;
  }

  /** What a test says of a seed that lost something. */
  String report(Found found) throws InterruptedException {
    List<String> lines = trace(found.seed());
    int from = Math.max(0, lines.size() - LAST_LINES);
    return "%s%nseed %d, to be run again by -Dekkofs.simulation.seed=%d; its last steps:%n%s"
        .formatted(
            found.loss(),
            found.seed(),
            found.seed(),
            String.join(System.lineSeparator(), lines.subList(from, lines.size())));
  }

  @Override
  public void close() {
    threads.shutdownNow();
    Simulation.delete(folder);
  }
}
