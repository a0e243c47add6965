package org.ekkofs.app;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A line every ten seconds and one at the end, for logs. Everything is guarded by this object's
 * lock.
 */
final class ProgressLines implements ProgressDisplay {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final PrintStream err;
  private final LongSupplier nanoTime;
  private String task = "";
  private long total;
  private long done;
  private long began;
  private long shown;

  ProgressLines(PrintStream err) {
    this(err, System::nanoTime);
  }

  ProgressLines(PrintStream err, LongSupplier nanoTime) {
    this.err = err;
    this.nanoTime = nanoTime;
  }

  @Override
  public synchronized void begin(String next, long totalBytes) {
    close();
    task = next;
    total = totalBytes;
    done = 0;
    began = nanoTime.getAsLong();
    shown = began;
  }

  @Override
  public synchronized void advance(long bytes) {
    done += bytes;
    long now = nanoTime.getAsLong();
    if (now - shown >= INTERVAL_NANOS) {
      shown = now;
      show(now);
    }
  }

  private void show(long now) {
    double seconds = Math.max(now - began, 1) / 1e9;
    double rate = done / seconds;
    String remaining =
        rate > 0 && done < total ? ", %.0f s left".formatted((total - done) / rate) : "";
    err.println(
        String.format(
            Locale.ROOT,
            "%s: %s of %s (%d %%), %s/s%s",
            task,
            Sizes.format(done),
            Sizes.format(total),
            total == 0 ? 100 : (long) (100.0 * done / total),
            Sizes.format((long) rate),
            remaining));
  }

  @Override
  public synchronized void close() {
    if (!task.isEmpty()) {
      show(nanoTime.getAsLong());
    }
    task = "";
  }
}
