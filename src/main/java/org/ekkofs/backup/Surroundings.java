package org.ekkofs.backup;

import java.time.Clock;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a repository sees of the world around it.
 *
 * @param clock tells the times that records carry
 * @param host this machine and process
 * @param crashPoints told whenever one is reached; in tests it may never return
 * @param threads where work in parallel is done
 * @param ids makes the ids of backups and the nonces of records, no two alike anywhere; safe for
 *     use by many threads
 * @param checkpointInterval how many records lie behind a checkpoint of a log before another one is
 *     written
 */
public record Surroundings(
    Clock clock,
    Host host,
    Consumer<CrashPoint> crashPoints,
    Threads threads,
    Supplier<UUID> ids,
    int checkpointInterval) {
  private static final int CHECKPOINT_INTERVAL = 1_000;

  /** With checkpoints as often as usual. */
  public Surroundings(
      Clock clock,
      Host host,
      Consumer<CrashPoint> crashPoints,
      Threads threads,
      Supplier<UUID> ids) {
    this(clock, host, crashPoints, threads, ids, CHECKPOINT_INTERVAL);
  }

  /** With real threads and random ids. */
  public Surroundings(Clock clock, Host host, Consumer<CrashPoint> crashPoints) {
    this(clock, host, crashPoints, Threads.REAL, UUID::randomUUID);
  }

  /** The real ones. */
  public static Surroundings real() {
    return new Surroundings(Clock.systemUTC(), Host.current(), point -> {});
  }
}
