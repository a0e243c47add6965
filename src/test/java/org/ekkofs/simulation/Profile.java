package org.ekkofs.simulation;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What kind of run it is: drawn first, so that some runs are full of faults of one kind and others
 * have none at all, which finds more than a little of everything always.
 *
 * @param style who goes on
 * @param faultPercent how many operations of 100 go wrong
 * @param crashPercent how many of the operations that go wrong may end the process
 * @param crashPointPercent at how many of 100 crash points a process ends
 * @param sleepPercent how many operations of 100 are followed by a long sleep
 * @param faults what may go wrong
 * @param retries whether processes try again, as the program does
 * @param knownDead whether a host can tell that a process that ran on it is dead
 * @param catalog whether hosts remember what they replayed
 * @param grown whether the tree has backups at the beginning
 * @param patient whether sweeps honour the undo window, and time passes quickly
 */
record Profile(
    Style style,
    int faultPercent,
    int crashPercent,
    int crashPointPercent,
    int sleepPercent,
    Set<Fault> faults,
    boolean retries,
    boolean knownDead,
    boolean catalog,
    boolean grown,
    boolean patient) {
  /** Who goes on. */
  enum Style {
    /** Anybody. */
    EVEN,
    /** Mostly who is at it. */
    STICKY,
    /** Who comes first in an order that changes seldom. */
    RANKED
  }

  /** One of the many kinds. */
  static Profile draw(Choices choices) {
    return new Profile(
        choices.of(List.of(Style.values())),
        choices.of(List.of(0, 2, 2, 6, 15)),
        choices.of(List.of(0, 10, 30)),
        choices.of(List.of(0, 0, 3, 10)),
        choices.of(List.of(0, 1, 3)),
        someFaults(choices),
        choices.percent(60),
        choices.percent(50),
        choices.percent(10),
        choices.percent(80),
        choices.percent(20));
  }

  private static Set<Fault> someFaults(Choices choices) {
    Set<Fault> faults = EnumSet.allOf(Fault.class);
    faults.remove(Fault.NONE);
    if (choices.percent(60)) {
      faults.removeIf(fault -> choices.percent(50));
    }
    return faults;
  }

  /** What befalls the next operation. */
  Fault next(Choices choices, Set<Fault> possible) {
    if (!choices.percent(faultPercent)) {
      return Fault.NONE;
    }
    boolean crash = choices.percent(crashPercent);
    List<Fault> left =
        possible.stream().filter(faults::contains).filter(f -> f.isCrash() == crash).toList();
    return left.isEmpty() ? Fault.NONE : choices.of(left);
  }
}
