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
 * @param checkpointInterval how many records lie behind a checkpoint of a log before another one is
 *     written
 */
public record Surroundings(
    Clock clock,
    Host host,
    Consumer<CrashPoint> crashPoints,
    Threads threads,
    int checkpointInterval) {
  private static final int CHECKPOINT_INTERVAL = 1_000;

  /** With checkpoints as often as usual. */
  public Surroundings(Clock clock, Host host, Consumer<CrashPoint> crashPoints, Threads threads) {
    this(clock, host, crashPoints, threads, CHECKPOINT_INTERVAL);
  }

  /** With real threads. */
  public Surroundings(Clock clock, Host host, Consumer<CrashPoint> crashPoints) {
    this(clock, host, crashPoints, Threads.REAL);
  }

  /** The real ones. */
  public static Surroundings real() {
    return new Surroundings(Clock.systemUTC(), Host.current(), point -> {});
  }
}
