package org.ekkofs.backup;

import java.time.Clock;
import java.util.function.Consumer;

/**
 * What a repository sees of the world around it.
 *
 * @param clock tells the times that records carry
 * @param host this machine and process
 * @param crashPoints told whenever one is reached; in tests it may never return
 */
public record Surroundings(Clock clock, Host host, Consumer<CrashPoint> crashPoints) {
  /** The real ones. */
  public static Surroundings real() {
    return new Surroundings(Clock.systemUTC(), Host.current(), point -> {});
  }
}
