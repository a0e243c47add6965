package org.ekkofs.control;

/**
 * A command line of a job.
 *
 * @param text as it was written
 * @param command what it asks for
 * @param state how far it is
 */
record JobLine(String text, Command command, State state) {
  /** How far a line is. */
  sealed interface State {}

  record Queued() implements State {}

  record Running(ProgressMeter meter) implements State {}

  record Done(String figures) implements State {}

  record Failed(String reason) implements State {}

  record Cancelled() implements State {}

  /** Never to be run, because a line before it failed. */
  record NotRun() implements State {}

  /** A line that waits for its turn. */
  JobLine(String text, Command command) {
    this(text, command, new Queued());
  }

  JobLine in(State next) {
    return new JobLine(text, command, next);
  }

  boolean isDone() {
    return state instanceof Done;
  }
}
