package org.ekkofs.control;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;
import org.ekkofs.model.NotFoundException;

/**
 * The jobs of a mount, by name. At most two run at once, and the number of jobs is bounded: when
 * there is no room the oldest that has ended is forgotten. Safe for use by many threads; this
 * object's lock guards the names and is never held while anything is waited for.
 */
public final class Jobs implements AutoCloseable {
  /** How many jobs there can be. */
  public static final int MAX_JOBS = 256;

  /** What follows a job's name in the name of the file that waits for its end. */
  public static final String DONE_SUFFIX = ".done";

  private static final int MAX_NAME_BYTES = 128;
  private static final int THREADS = 2;
  private static final int PATIENCE_SECONDS = 10;

  private final Commands commands;
  private final Grammar grammar;
  private final Clock clock;
  private final ExecutorService executor = Executors.newFixedThreadPool(THREADS, Jobs::thread);
  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private long created;
  private boolean closed;

  /** Jobs of which the lines are read by a grammar. */
  public Jobs(Commands commands, Grammar grammar, Clock clock) {
    this.commands = commands;
    this.grammar = grammar;
    this.clock = clock;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "ekkofs-job");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Makes a job without any lines.
   *
   * @return empty if there is no room for another
   * @throws InvalidException if it cannot be called that: 1 to 128 bytes, no slash, no control
   *     characters, not beginning with "." nor ending in ".done"
   * @throws AlreadyExistsException if there is one of this name
   */
  public synchronized Optional<Job> create(String name) {
    checkName(name);
    if (jobs.containsKey(name)) {
      throw new AlreadyExistsException("there is a job \"" + name + "\" already");
    }
    if (closed || !makeRoom()) {
      return Optional.empty();
    }
    Job job = new Job(name, created++, commands, executor, clock);
    jobs.put(name, job);
    return Optional.of(job);
  }

  private static void checkName(String name) {
    boolean fits =
        !name.isEmpty()
            && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME_BYTES
            && !name.startsWith(".")
            && !name.endsWith(DONE_SUFFIX)
            && name.chars().noneMatch(c -> c == '/' || Character.isISOControl(c));
    if (!fits) {
      throw new InvalidException("a job cannot be called \"" + Names.printable(name) + "\"");
    }
  }

  private boolean makeRoom() {
    if (jobs.size() < MAX_JOBS) {
      return true;
    }
    Optional<Job> oldest = jobs.values().stream().filter(Job::isForgettable).findFirst();
    oldest.map(Job::name).ifPresent(this::remove);
    return oldest.isPresent();
  }

  /** The job of this name. */
  public synchronized Optional<Job> find(String name) {
    return Optional.ofNullable(jobs.get(name));
  }

  /** All jobs, oldest first. */
  public synchronized List<Job> list() {
    return List.copyOf(jobs.values());
  }

  /** Opens a job to be written to. */
  public JobWriter write(Job job) {
    return new JobWriter(job, grammar, commands);
  }

  /**
   * Forgets a job. If it is running it is cancelled, which this does not wait for.
   *
   * @throws NotFoundException if there is no such job
   */
  public synchronized void remove(String name) {
    Job job = jobs.remove(name);
    if (job == null) {
      throw new NotFoundException("there is no job \"" + Names.printable(name) + "\"");
    }
    job.cancel();
  }

  /** Cancels what is running and waits a while for it to clean up. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      jobs.values().forEach(Job::cancel);
    }
    executor.shutdown();
    try {
      executor.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
