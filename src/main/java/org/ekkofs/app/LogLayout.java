package org.ekkofs.app;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;

/** A line for each event, and what was thrown below it if that is wanted. */
final class LogLayout extends LayoutBase<ILoggingEvent> {
  private final boolean traces;
  private final boolean times;

  LogLayout(boolean traces, boolean times) {
    this.traces = traces;
    this.times = times;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder();
    if (times) {
      line.append(Times.format(Instant.ofEpochMilli(event.getTimeStamp()), ZoneId.systemDefault()))
          .append(' ')
          .append(event.getLevel())
          .append(' ');
    } else {
      line.append("ekkofs: ").append(event.getLevel().toString().toLowerCase(Locale.ROOT));
      line.append(": ");
    }
    line.append(Failures.oneLine(event.getFormattedMessage())).append('\n');
    IThrowableProxy thrown = event.getThrowableProxy();
    if (traces && thrown != null) {
      line.append(ThrowableProxyUtil.asString(thrown)).append('\n');
    }
    return line.toString();
  }
}
