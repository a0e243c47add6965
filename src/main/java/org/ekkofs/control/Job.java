package org.ekkofs.control;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.RefusedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Command lines that are run one after the other, up to the first that fails. Safe for use by many
 * threads; this object's lock guards everything and is never held while a command runs or the store
 * is asked.
 */
public final class Job {
  /** How many bytes of command lines a job takes. */
  public static final int MAX_BYTES = 64 << 10;

  /** How many command lines a job takes. */
  public static final int MAX_LINES = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(Job.class);

  private final String name;
  private final long number;
  private final Commands commands;
  private final Executor executor;
  private final Clock clock;

  private final List<JobLine> lines = new ArrayList<>();
  private int next;
  private int bytes;
  private int writers;
  private boolean scheduled;
  private boolean cancelled;
  private Instant changed;
  private Optional<String> refusal = Optional.empty();
  private @Nullable Thread runner;

  Job(String name, long number, Commands commands, Executor executor, Clock clock) {
    this.name = name;
    this.number = number;
    this.commands = commands;
    this.executor = executor;
    this.clock = clock;
    this.changed = clock.instant();
  }

  /** Its name, which another job may have once this one is forgotten. */
  public String name() {
    return name;
  }

  /** Its number, which no other job of the same {@link Jobs} ever has. */
  public long number() {
    return number;
  }

  /** When a line was last added, or came to its end. */
  public synchronized Instant changed() {
    return changed;
  }

  /** How it stands: a line for the whole, then one for every command line; ends in a newline. */
  public String report() {
    List<JobLine> seen;
    Optional<String> why;
    synchronized (this) {
      seen = List.copyOf(lines);
      why = refusal;
    }
    return new JobReport(seen, why).text();
  }

  /** Whether a line is running or waits to be. */
  public synchronized boolean isBusy() {
    return next < lines.size();
  }

  /** Whether it was refused, or a line failed, was cancelled or not run. */
  public synchronized boolean failed() {
    return refusal.isPresent() || lines.subList(0, next).stream().anyMatch(line -> !line.isDone());
  }

  /** Waits until no line is running or waits to be. */
  public synchronized void awaitEnd() throws InterruptedException {
    while (isBusy()) {
      wait();
    }
  }

  /**
   * Forgets all lines, so that it can be written anew.
   *
   * @return false if it is busy, and then nothing has changed
   */
  public synchronized boolean clear() {
    if (isBusy()) {
      return false;
    }
    lines.clear();
    next = 0;
    bytes = 0;
    refusal = Optional.empty();
    changed = clock.instant();
    return true;
  }

  synchronized void writerCame() {
    writers++;
  }

  synchronized void writerGone() {
    writers--;
  }

  /** Whether nobody would miss it. */
  synchronized boolean isForgettable() {
    return !isBusy() && writers == 0;
  }

  /** What its unfinished lines will do. */
  synchronized List<Command> ahead() {
    return lines.subList(next, lines.size()).stream().map(JobLine::command).toList();
  }

  /** Whether there is room for so many bytes and lines more. */
  synchronized boolean hasRoom(int moreBytes, int moreLines) {
    return bytes + moreBytes <= MAX_BYTES && lines.size() + moreLines <= MAX_LINES;
  }

  /**
   * Adds lines that were checked, all of them or none.
   *
   * @return false if they are too many
   * @throws RefusedException if the job has failed or was removed
   */
  synchronized boolean add(List<JobLine> more, int moreBytes) {
    if (cancelled || (!lines.isEmpty() && failed())) {
      throw new RefusedException("the job \"" + name + "\" has failed; write it anew");
    }
    if (!hasRoom(moreBytes, more.size())) {
      return false;
    }
    lines.addAll(more);
    bytes += moreBytes;
    refusal = Optional.empty();
    changed = clock.instant();
    if (isBusy() && !scheduled) {
      scheduled = true;
      executor.execute(this::run);
    }
    return true;
  }

  /** Remembers why the first thing written to it was refused. */
  synchronized void refused(String why) {
    if (lines.isEmpty()) {
      refusal = Optional.of(why);
      changed = clock.instant();
    }
  }

  /** Stops the line that is running and runs no other; does not wait for that. */
  synchronized void cancel() {
    cancelled = true;
    if (!isBusy()) {
      return;
    }
    if (runner != null && lines.get(next).state() instanceof JobLine.Running running) {
      running.meter().cancel();
      runner.interrupt();
    } else {
      abandon(new JobLine.Cancelled());
    }
  }

  private synchronized void abandon(JobLine.State state) {
    for (; next < lines.size(); next++) {
      lines.set(next, lines.get(next).in(state));
    }
    changed = clock.instant();
    notifyAll();
  }

  private record Task(Command command, ProgressMeter meter) {}

  private void run() {
    for (Optional<Task> task = begin(); task.isPresent(); task = begin()) {
      end(outcome(task.get()));
    }
  }

  private synchronized Optional<Task> begin() {
    if (!isBusy()) {
      scheduled = false;
      return Optional.empty();
    }
    Task task = new Task(lines.get(next).command(), new ProgressMeter(clock));
    lines.set(next, lines.get(next).in(new JobLine.Running(task.meter())));
    runner = Thread.currentThread();
    return Optional.of(task);
  }

  private JobLine.State outcome(Task task) {
    try {
      return new JobLine.Done(commands.run(task.command(), task.meter()));
    } catch (EkkofsException e) {
      return new JobLine.Failed(String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      LOG.error("a command of job {} failed in a way nobody thought of", name, e);
      return new JobLine.Failed("internal error: " + e);
    }
  }

  private synchronized void end(JobLine.State state) {
    runner = null;
    // A late interrupt must not reach whatever this thread runs next.
    Thread.interrupted();
    boolean done = state instanceof JobLine.Done;
    lines.set(next, lines.get(next).in(cancelled && !done ? new JobLine.Cancelled() : state));
    next++;
    changed = clock.instant();
    if (cancelled) {
      abandon(new JobLine.Cancelled());
    } else if (!done) {
      abandon(new JobLine.NotRun());
    }
    notifyAll();
  }
}
