package org.ekkofs.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.model.WriterProcess;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.RetryPolicy;
import org.ekkofs.store.RetryingObjectStore;
import org.ekkofs.store.Timing;
import org.ekkofs.testing.CallingThread;

/**
 * The host of an actor: its local folder, and the processes that run on it one after the other. The
 * ids that it makes follow from its number, so that a run is the same each time.
 */
final class Machine {
  /** More than any kernel gives to a process, so that none is taken for a real one. */
  private static final long FIRST_PID = 5_000_000;

  private static final RetryPolicy FEW_TRIES =
      new RetryPolicy(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(1));

  private final World world;
  private final int number;
  private final String host;
  private final Path folder;
  private final UnaryOperator<ObjectStore> mutation;
  private int processes;
  private long ids;

  /**
   * A host.
   *
   * @param mutation what is wrong with its view of the store
   */
  Machine(World world, int number, Path folder, UnaryOperator<ObjectStore> mutation) {
    this(world, number, "host" + number, folder, mutation);
  }

  /** A machine that others may take for their own host: its processes look dead to them. */
  Machine(World world, int number, String host, Path folder, UnaryOperator<ObjectStore> mutation) {
    this.world = world;
    this.number = number;
    this.host = host;
    this.folder = folder;
    this.mutation = mutation;
  }

  /**
   * Makes the folder of a host.
   *
   * @param catalog whether it can keep a catalog there; that costs most of the time of a run
   */
  static void prepare(Path folder, boolean catalog) {
    try {
      Path place = new LocalState(folder).catalog(Template.REPOSITORY);
      Files.createDirectories(catalog ? place.getParent() : place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the folder of a host on which nothing at all can be kept; that costs the least. */
  static void prepareNothing(Path folder) {
    try {
      Files.createDirectories(folder);
      Path place = new LocalState(folder).of(Template.REPOSITORY);
      if (Files.notExists(place)) {
        Files.createFile(place);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has a new process open the repository. */
  Repository open(Process process) {
    processes++;
    ObjectStore store = world.profile.retries() ? retrying(process) : process;
    return Repository.open(
        mutation.apply(store),
        world.home.access(process),
        new LocalState(folder),
        surroundings(process));
  }

  private Surroundings surroundings(Process process) {
    String boot = world.profile.knownDead() ? "simulated" : "";
    return new Surroundings(
        world.clock,
        new Host(new WriterProcess(host, boot, FIRST_PID + processes, 1)),
        process::reached,
        (name, count) -> new CallingThread(),
        this::id,
        world.profile.checkpointInterval());
  }

  private UUID id() {
    return new UUID(0x4000L | (long) number << 32, 0x8000_0000_0000_0000L | ++ids);
  }

  private static ObjectStore retrying(ObjectStore store) {
    long[] nanos = {0};
    Timing timing =
        new Timing() {
          @Override
          public long nanoTime() {
            return nanos[0];
          }

          @Override
          public void pause(Duration duration) {
            nanos[0] += duration.toNanos();
          }
        };
    SplittableRandom random = new SplittableRandom(1);
    return new RetryingObjectStore(store, FEW_TRIES, timing, () -> random);
  }
}
