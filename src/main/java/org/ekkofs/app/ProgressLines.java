package org.ekkofs.app;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.ekkofs.control.ProgressMeter;
import org.ekkofs.control.Units;

/**
 * A line every ten seconds and one at the end, for logs. Everything is guarded by this object's
 * lock.
 */
final class ProgressLines implements ProgressDisplay {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final PrintStream err;
  private final Clock clock;
  private final ProgressMeter meter;
  private Instant shown = Instant.EPOCH;

  ProgressLines(PrintStream err, Clock clock) {
    this.err = err;
    this.clock = clock;
    this.meter = new ProgressMeter(clock);
  }

  @Override
  public synchronized void begin(String task, long totalBytes) {
    close();
    meter.begin(task, totalBytes);
    shown = clock.instant();
  }

  @Override
  public synchronized void advance(long bytes) {
    meter.advance(bytes);
    Instant now = clock.instant();
    if (!now.isBefore(shown.plus(INTERVAL))) {
      shown = now;
      show();
    }
  }

  private void show() {
    ProgressMeter.State state = meter.state();
    err.println(
        "%s: %s of %s, %s"
            .formatted(
                state.task(),
                Units.bytes(state.doneBytes()),
                Units.bytes(state.totalBytes()),
                state.figures()));
  }

  @Override
  public synchronized void close() {
    if (!meter.state().task().isEmpty()) {
      show();
    }
    meter.begin("", 0);
  }
}
