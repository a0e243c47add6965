package org.ekkofs.app;

import java.util.Map;
import org.ekkofs.backup.Repository;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code log rebuild}: makes a lost database again. */
@Command(
    name = "rebuild",
    header = "Make the records of a lost database again from their copies in the store.",
    description = "First end all processes that used the database before it was lost.",
    footer = {"", "Example:", "  ekkofs log rebuild"})
final class LogRebuildCommand implements Action {
  @Option(
      names = "--complete",
      description =
          "Even if the database has records, as after it was restored from an older backup: check"
              + " these, and add the others.")
  private boolean complete;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      if (!(repository.descriptor().log() instanceof LogPlace.Database database)) {
        throw new RefusedException("the log of this repository is not in a database");
      }
      Map<TreeName, Slot> newest =
          new LogPlaces(context.environment()).fill(repository, database, complete);
      context.say(filled(newest));
    }
  }

  /** What has become of it, for people. */
  static String filled(Map<TreeName, Slot> newest) {
    long records = newest.values().stream().mapToLong(Slot::value).sum();
    return "the database has %s of %s"
        .formatted(Sizes.count(records, "record"), Sizes.count(newest.size(), "tree"));
  }
}
