package org.ekkofs.app;

import org.ekkofs.backup.Progress;
import org.ekkofs.model.CancelledException;

/** Progress that is shown, and that a signal stops. Safe for use by many threads. */
final class ShownProgress implements Progress, AutoCloseable {
  private final ProgressDisplay display;
  private final Interruption interruption;

  ShownProgress(ProgressDisplay display, Interruption interruption) {
    this.display = display;
    this.interruption = interruption;
  }

  @Override
  public void begin(String task, long totalBytes) {
    display.begin(task, totalBytes);
  }

  @Override
  public void advance(long bytes) {
    display.advance(bytes);
  }

  @Override
  public void check() {
    if (interruption.requested()) {
      throw new CancelledException("interrupted");
    }
  }

  @Override
  public void close() {
    display.close();
  }
}
