package org.ekkofs.simulation;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What happened in many runs together, so that a test can tell whether they were worth running.
 * Safe for use by many threads.
 */
final class Tally {
  private final Map<String, Long> counts = new TreeMap<>();

  /** Adds what happened in a world. */
  synchronized void add(World world) {
    count("runs", 1);
    count("steps", world.scheduler.step());
    count("records", world.oracle.log().slot());
    world.faults.forEach((fault, times) -> count("fault " + fault, times));
    world.crashedAt.forEach(point -> count("crash " + point, 1));
    world.refusals.forEach((kind, times) -> count("refused " + kind, times));
    world.answers.forEach((what, times) -> count("done: " + what, times));
    world.oracle.log().entries().forEach(entry -> count("ended " + entry.stage, 1));
  }

  private void count(String what, long times) {
    counts.merge(what, times, Long::sum);
  }

  /** Everything that has happened. */
  synchronized Set<String> seen() {
    return new TreeSet<>(counts.keySet());
  }

  @Override
  public synchronized String toString() {
    return counts.toString();
  }
}
