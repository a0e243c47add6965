package org.ekkofs.app;

import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.ConditionalPutProbe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code log use}: gives the logs another place. */
@Command(
    name = "use",
    header = "Give the logs of the repository another place.",
    description =
        "As for a repository that was copied with other tools into a store where the log cannot"
            + " be as it was.",
    footer = {
      "",
      "Examples:",
      "  ekkofs -r swift://backups log use postgresql://db1/ekkofs",
      "  ekkofs -r swift://backups log use --single-writer"
    })
final class LogUseCommand implements Action {
  @Parameters(
      arity = "0..1",
      paramLabel = "ADDRESS",
      description = "A database, postgresql://[USER@]HOST[:PORT]/DATABASE.")
  private Optional<String> address = Optional.empty();

  @Option(names = "--single-writer", description = "The store; this host alone may write.")
  private boolean singleWriter;

  @Option(names = "--store", description = "The store, if it can keep several writers apart.")
  private boolean store;

  @Option(
      names = "--complete",
      description = "Even if the database has records, which must be those of the store.")
  private boolean complete;

  @Option(
      names = "--force",
      description = "No other process uses the repository, nor will until this is done.")
  private boolean force;

  @Override
  public void run(Context context) {
    LogPlace place = place();
    try (Repository repository = context.open()) {
      requireReason(repository, place);
      if (place instanceof LogPlace.Store) {
        ConditionalPutProbe.prove(repository.store());
      } else if (place instanceof LogPlace.Database database) {
        LogPlaces named = new LogPlaces(context.environment()).named();
        context.say(LogRebuildCommand.filled(named.fill(repository, database, complete)));
      }
      LogPlaces.move(repository, place);
      context.say("the log is %s now".formatted(LogPlaces.describe(place)));
    }
  }

  private LogPlace place() {
    int named = (address.isPresent() ? 1 : 0) + (singleWriter ? 1 : 0) + (store ? 1 : 0);
    if (named != 1) {
      throw new InvalidException(
          "say where: the ADDRESS of a database, --single-writer, or --store");
    }
    if (singleWriter) {
      return LogOptions.thisHost();
    }
    return address.<LogPlace>map(LogOptions::database).orElse(LogPlace.STORE);
  }

  /** Others that still write where the log was would make two logs of it. */
  private void requireReason(Repository repository, LogPlace place) {
    LogPlace now = repository.descriptor().log();
    if (now instanceof LogPlace.Store && place instanceof LogPlace.Store) {
      // Somebody wants to know whether it can be there.
      return;
    }
    if (now.equals(place)) {
      throw new RefusedException("the log is there already: " + LogPlaces.describe(now));
    }
    boolean nobodyWrites =
        now.equals(LogOptions.thisHost())
            || (now instanceof LogPlace.Store && !repository.store().createsOnlyIfAbsent());
    if (!nobodyWrites && !force) {
      throw new RefusedException(
          "the log is %s, where others may be writing; end every process that uses the repository, then add --force"
              .formatted(LogPlaces.describe(now)));
    }
  }
}
