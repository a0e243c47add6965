package org.ekkofs.log;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;

/** Gives events what makes them records: a nonce, a time, the name of this host. */
public record Stamper(Clock clock, Supplier<UUID> nonces, String host) {
  /** The record for an event that happens now, after the last one of the log. */
  public LogRecord stamp(Optional<LogRecord> last, LogEvent event) {
    return new LogRecord(
        nonces.get(),
        last.map(LogRecord::nonce),
        clock.instant().truncatedTo(ChronoUnit.MILLIS),
        host,
        event);
  }
}
