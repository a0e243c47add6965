package org.ekkofs.disk;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.StoreUnavailableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that waits for the store, so much of it at a time. Each backup has a lane of its own; the
 * lanes take turns, and in each goes first what somebody waits for. Work that has stalled hardly
 * counts, so that a store that hangs for one backup or two leaves the others readable, and fails
 * for those who wait when its time is up. Safe for use by many threads; this object's lock guards
 * everything.
 */
final class FetchQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FetchQueue.class);
  private static final Duration STALLED = Duration.ofSeconds(1);

  /** How many times the weight that may run at once may be running with what has stalled. */
  private static final int MAX_STALLED = 3;

  private static final long TICK_MILLIS = 250;
  private static final long IDLE_SECONDS = 10;
  private static final int CLOSE_SECONDS = 5;

  private final int parallel;
  private final Duration deadline;
  private final LongSupplier nanoTime;

  /** By whose they are; whose turn is next comes first. */
  private final Map<Object, Lane> lanes = new LinkedHashMap<>();

  private final Set<Job<?>> running = new LinkedHashSet<>();
  private final ThreadPoolExecutor threads;
  private final ScheduledExecutorService timer;
  private final ScheduledFuture<?> ticking;

  /** What runs and has not stalled. */
  private int weightActive;

  private int weightRunning;
  private boolean closed;

  /**
   * A queue.
   *
   * @param parallel how much weight may run at once, in all and in each lane
   * @param deadline how long those who wait do so
   */
  FetchQueue(int parallel, Duration deadline, LongSupplier nanoTime) {
    this.parallel = parallel;
    this.deadline = deadline;
    this.nanoTime = nanoTime;
    AtomicInteger count = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> daemon(task, "ekkofs-fetch-" + count.incrementAndGet()));
    this.timer =
        Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "ekkofs-fetch-timer"));
    this.ticking =
        timer.scheduleWithFixedDelay(
            this::tickAgain, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private static final class Lane {
    private final Object owner;
    private final Deque<Job<?>> wanted = new ArrayDeque<>();
    private final Deque<Job<?>> ahead = new ArrayDeque<>();
    private int weightRunning;

    Lane(Object owner) {
      this.owner = owner;
    }

    @Nullable Job<?> next() {
      Job<?> job = wanted.poll();
      return job != null ? job : ahead.poll();
    }

    boolean isIdle() {
      return wanted.isEmpty() && ahead.isEmpty() && weightRunning == 0;
    }
  }

  /** A piece of work. */
  final class Job<T> {
    private final Object lane;
    private final int weight;
    private final Supplier<T> work;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    /** When it was submitted; if somebody came to wait for it before it began, then that. */
    private long waitedForSince = nanoTime.getAsLong();

    private long started;
    private boolean stalled;
    private @Nullable Thread thread;

    private Job(Object lane, int weight, Supplier<T> work) {
      this.lane = lane;
      this.weight = weight;
      this.work = work;
    }

    /** What comes of it. */
    CompletableFuture<T> result() {
      return result;
    }

    /** Says that somebody waits for it now. */
    void hurry() {
      FetchQueue.this.hurry(this);
    }

    private void run() {
      if (begin(this)) {
        try {
          result.complete(work.get());
        } catch (Throwable e) {
          result.completeExceptionally(e);
        }
      }
      end(this);
    }
  }

  /**
   * Has work done.
   *
   * @param lane whose it is
   * @param weight how much of {@code parallel} it takes
   * @param wanted whether somebody waits for it already
   */
  <T> Job<T> submit(Object lane, int weight, boolean wanted, Supplier<T> work) {
    Job<T> job = new Job<>(lane, Math.min(weight, parallel), work);
    synchronized (this) {
      if (!closed) {
        Lane its = lanes.computeIfAbsent(lane, Lane::new);
        (wanted ? its.wanted : its.ahead).add(job);
        dispatch();
        return job;
      }
    }
    job.result.completeExceptionally(closed());
    return job;
  }

  private static FailedException closed() {
    return new FailedException("the cache was closed before the data were read");
  }

  private synchronized void hurry(Job<?> job) {
    Lane lane = lanes.get(job.lane);
    if (lane != null && lane.ahead.remove(job)) {
      job.waitedForSince = nanoTime.getAsLong();
      lane.wanted.add(job);
    }
  }

  /**
   * Forgets what nobody in this lane waits for and has not begun; it fails with a {@link
   * CancellationException}.
   */
  void forgetAhead(Object lane) {
    List<Job<?>> forgotten = new ArrayList<>();
    synchronized (this) {
      Lane its = lanes.get(lane);
      if (its != null) {
        forgotten.addAll(its.ahead);
        its.ahead.clear();
        if (its.isIdle()) {
          lanes.remove(lane);
        }
      }
    }
    forgotten.forEach(
        job -> job.result.completeExceptionally(new CancellationException("no longer wanted")));
  }

  /** Starts what may start, one of each lane in turn. */
  private void dispatch() {
    boolean started = true;
    while (started) {
      started = false;
      for (Lane lane : List.copyOf(lanes.values())) {
        if (mayStart(lane) && startNext(lane)) {
          started = true;
          putLast(lane);
        }
      }
    }
  }

  /** The others have their turn before this one has another, be it after this job or the next. */
  private void putLast(Lane lane) {
    if (lanes.remove(lane.owner, lane)) {
      lanes.put(lane.owner, lane);
    }
  }

  private boolean mayStart(Lane lane) {
    return weightActive < parallel
        && weightRunning < MAX_STALLED * parallel
        && lane.weightRunning < parallel;
  }

  private boolean startNext(Lane lane) {
    Job<?> job = lane.next();
    if (job == null) {
      return false;
    }
    job.started = nanoTime.getAsLong();
    running.add(job);
    weightActive += job.weight;
    weightRunning += job.weight;
    lane.weightRunning += job.weight;
    try {
      threads.execute(job::run);
    } catch (OutOfMemoryError noThread) {
      end(job);
      job.result.completeExceptionally(noThread);
    }
    return true;
  }

  private synchronized boolean begin(Job<?> job) {
    job.thread = Thread.currentThread();
    return !job.result.isDone();
  }

  private synchronized void end(Job<?> job) {
    job.thread = null;
    // An interrupt was meant for this job only.
    Thread.interrupted();
    running.remove(job);
    weightRunning -= job.weight;
    weightActive -= job.stalled ? 0 : job.weight;
    Lane lane = lanes.get(job.lane);
    if (lane != null) {
      lane.weightRunning -= job.weight;
      if (lane.isIdle()) {
        lanes.remove(job.lane);
      }
    }
    dispatch();
  }

  /** Whatever goes wrong once: after an exception the timer would not come again. */
  private void tickAgain() {
    try {
      tick();
    } catch (RuntimeException | Error e) {
      LOG.error("Looking after what is fetched has failed; it will be tried again", e);
    }
  }

  /** Looks at the time: what has stalled, and what is too late. */
  void tick() {
    List<Job<?>> late = new ArrayList<>();
    synchronized (this) {
      long now = nanoTime.getAsLong();
      for (Job<?> job : running) {
        if (!job.stalled && now - job.started > STALLED.toNanos()) {
          job.stalled = true;
          weightActive -= job.weight;
        }
        if (isLate(job, now) && !job.result.isDone()) {
          late.add(job);
        }
      }
      for (Lane lane : lanes.values()) {
        lane.wanted.stream().filter(job -> isLate(job, now)).forEach(late::add);
        lane.wanted.removeIf(job -> isLate(job, now));
        lane.ahead.stream().filter(job -> isLate(job, now)).forEach(late::add);
        lane.ahead.removeIf(job -> isLate(job, now));
      }
      dispatch();
    }
    for (Job<?> job : late) {
      job.result.completeExceptionally(
          new StoreUnavailableException(
              "the store has not answered for %d s".formatted(deadline.toSeconds())));
      interrupt(job);
    }
  }

  /** Once it has failed, so that it does not fail for having been interrupted. */
  private synchronized void interrupt(Job<?> job) {
    if (job.thread != null) {
      job.thread.interrupt();
    }
  }

  private boolean isLate(Job<?> job, long now) {
    return now - job.waitedForSince > deadline.toNanos();
  }

  /** Ends all work; whoever waits is told. */
  @Override
  public void close() {
    List<Job<?>> left = new ArrayList<>();
    synchronized (this) {
      closed = true;
      for (Lane lane : lanes.values()) {
        left.addAll(lane.wanted);
        left.addAll(lane.ahead);
        lane.wanted.clear();
        lane.ahead.clear();
      }
      left.addAll(running);
    }
    left.forEach(job -> job.result.completeExceptionally(closed()));
    ticking.cancel(false);
    timer.shutdownNow();
    threads.shutdownNow();
    try {
      threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
