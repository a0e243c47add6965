package org.ekkofs.app;

import java.util.Optional;
import org.ekkofs.backup.Host;
import org.ekkofs.log.postgresql.DatabaseAddress;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.LogPlace;
import picocli.CommandLine.Option;

/** The options that say where the logs of a new repository live. */
final class LogOptions {
  @Option(
      names = "--log",
      paramLabel = "ADDRESS",
      description =
          "Keep the log in a database, postgresql://[USER@]HOST[:PORT]/DATABASE, with copies in the"
              + " store.")
  private Optional<String> log = Optional.empty();

  @Option(
      names = "--single-writer",
      description = "Let this host alone write, as the store cannot keep several writers apart.")
  private boolean singleWriter;

  /** Where they live. */
  LogPlace place() {
    if (singleWriter && log.isPresent()) {
      throw new InvalidException("--log and --single-writer exclude each other");
    }
    if (singleWriter) {
      return thisHost();
    }
    return log.<LogPlace>map(LogOptions::database).orElse(LogPlace.STORE);
  }

  /** This host as the only writer. */
  static LogPlace thisHost() {
    return new LogPlace.SingleWriter(Host.current().self().host());
  }

  /** The database with this address. */
  static LogPlace database(String address) {
    return new LogPlace.Database(DatabaseAddress.parse(address).toString());
  }
}
