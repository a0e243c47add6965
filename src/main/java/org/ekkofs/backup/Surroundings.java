package org.ekkofs.backup;

import java.time.Clock;
import java.util.function.Consumer;

/**
 * What a repository sees of the world around it.
 *
 * @param clock tells the times that records carry
 * @param host this machine and process
 * @param crashPoints told whenever one is reached; in tests it may never return
 * @param threads where work in parallel is done
 */
public record Surroundings(
    Clock clock, Host host, Consumer<CrashPoint> crashPoints, Threads threads) {
  /** With real threads. */
  public Surroundings(Clock clock, Host host, Consumer<CrashPoint> crashPoints) {
    this(clock, host, crashPoints, Threads.REAL);
  }

  /** The real ones. */
  public static Surroundings real() {
    return new Surroundings(Clock.systemUTC(), Host.current(), point -> {});
  }
}
