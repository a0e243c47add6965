package org.ekkofs.control;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.ekkofs.backup.Progress;
import org.ekkofs.model.CancelledException;

/**
 * Measures a long work: how much is done, how fast it goes and how long it will take. Safe for use
 * by many threads; this object's lock guards everything but the wish to stop.
 */
public final class ProgressMeter implements Progress {
  /** How far back the rate looks, and how many points it is taken from. */
  private static final int SAMPLES = 10;

  private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(1);

  /**
   * How the work stands.
   *
   * @param task what is being done; empty before it has begun
   * @param doneBytes how much of it is done
   * @param totalBytes how much there is to do
   * @param bytesPerSecond how fast it went in the last seconds; 0 if that is not known yet
   * @param remaining how long it will take at that rate; empty if that is not known
   */
  public record State(
      String task,
      long doneBytes,
      long totalBytes,
      long bytesPerSecond,
      Optional<Duration> remaining) {
    /** How much is done, 0 to 100, rounded down. */
    public int percent() {
      if (totalBytes <= 0) {
        return task.isEmpty() ? 0 : 100;
      }
      return (int) Math.max(0, Math.min(100, Math.floor(100.0 * doneBytes / totalBytes)));
    }

    /** The figures for people: "43 %, 512 MiB/s, 12 s left". */
    public String figures() {
      String rate = bytesPerSecond > 0 ? ", " + Units.bytes(bytesPerSecond) + "/s" : "";
      return percent()
          + " %"
          + rate
          + remaining.map(t -> ", " + Units.time(t) + " left").orElse("");
    }
  }

  private record Sample(Instant time, long doneBytes) {}

  private final Clock clock;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private String task = "";
  private long totalBytes;
  private long doneBytes;
  private volatile boolean cancelled;

  /** Measures by a clock. */
  public ProgressMeter(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void begin(String nextTask, long bytes) {
    task = nextTask;
    totalBytes = bytes;
    doneBytes = 0;
    samples.clear();
    samples.add(new Sample(clock.instant(), 0));
  }

  @Override
  public synchronized void advance(long bytes) {
    doneBytes += bytes;
    Instant now = clock.instant();
    Sample last = samples.peekLast();
    if (last == null || !now.isBefore(last.time().plus(BETWEEN_SAMPLES))) {
      samples.add(new Sample(now, doneBytes));
      if (samples.size() > SAMPLES) {
        samples.remove();
      }
    }
  }

  @Override
  public void check() {
    if (cancelled) {
      throw new CancelledException("stopped by the user");
    }
  }

  /** Makes the next {@link #check} stop the work. */
  public void cancel() {
    cancelled = true;
  }

  /** How the work stands now. */
  public synchronized State state() {
    long rate = rate();
    long left = Math.max(0, totalBytes - doneBytes);
    Optional<Duration> remaining =
        rate > 0 ? Optional.of(Duration.ofSeconds((left + rate - 1) / rate)) : Optional.empty();
    return new State(task, doneBytes, totalBytes, rate, remaining);
  }

  private long rate() {
    Sample oldest = samples.peek();
    if (oldest == null) {
      return 0;
    }
    long millis = Duration.between(oldest.time(), clock.instant()).toMillis();
    return millis <= 0 ? 0 : (long) (1000.0 * (doneBytes - oldest.doneBytes()) / millis);
  }
}
