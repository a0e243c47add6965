package org.ekkofs.app;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on a terminal: bytes, rate, time remaining. The bar is guarded by this object's lock. */
final class ProgressBarDisplay implements ProgressDisplay {
  private static final int UPDATE_MILLIS = 200;
  private static final int USUAL_WIDTH = 80;
  private static final long MIB = 1L << 20;

  private final PrintStream err;
  private Optional<ProgressBar> bar = Optional.empty();

  ProgressBarDisplay(PrintStream err) {
    this.err = err;
  }

  @Override
  public synchronized void begin(String task, long totalBytes) {
    close();
    bar =
        Optional.of(
            new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(totalBytes)
                .setUnit(" MiB", MIB)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .showSpeed()
                .setConsumer(new ConsoleProgressBarConsumer(err, width() - 1))
                .build());
  }

  @Override
  public synchronized void advance(long bytes) {
    bar.ifPresent(shown -> shown.stepBy(bytes));
  }

  @Override
  public synchronized void close() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
  }

  private static int width() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String[] size =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
              .strip()
              .split(" ", -1);
      int width = size.length == 2 ? Integer.parseInt(size[1]) : 0;
      return width > 0 ? width : USUAL_WIDTH;
    } catch (IOException | NumberFormatException unknown) {
      return USUAL_WIDTH;
    }
  }
}
