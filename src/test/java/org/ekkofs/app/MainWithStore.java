package org.ekkofs.app;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.FlakyObjectStore;
import org.ekkofs.testing.SlowObjectStore;

/**
 * The command line with a store that is worse than the real one, as the system property {@code
 * ekkofs.test.store} says: {@code delay=20} for that many milliseconds a read, or else the faults
 * of a {@link FlakyObjectStore}. For tests and benchmarks that need a process of its own; mounts
 * stay in the foreground.
 */
public final class MainWithStore {
  private MainWithStore() {}

  /** Runs a command and ends the process with its exit status. */
  public static void main(String[] words) {
    Interruption interruption = new Interruption(Thread.currentThread());
    World world =
        new World(
            System.getenv(),
            Console.ofProcess(false),
            interruption,
            around(System.getProperty("ekkofs.test.store", "")));
    System.exit(interruption.guard(() -> CommandLines.run(List.of(words), world)));
  }

  private static UnaryOperator<ObjectStore> around(String wish) {
    if (wish.isEmpty()) {
      return UnaryOperator.identity();
    }
    if (!wish.startsWith("delay=")) {
      return store -> new FlakyObjectStore(store, wish);
    }
    Duration delay = Duration.ofMillis(Long.parseLong(wish.substring("delay=".length())));
    return store -> new SlowObjectStore(store, delay);
  }
}
