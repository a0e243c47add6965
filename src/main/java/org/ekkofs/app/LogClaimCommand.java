package org.ekkofs.app;

import java.time.Duration;
import java.time.Instant;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.RepositoryDescriptor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code log claim}: makes this host the only one that may write. */
@Command(
    name = "claim",
    header = "Make this host the one that may write, in place of one that is gone.",
    description =
        "Of a repository made with --single-writer. Nothing of the other host may be writing any"
            + " more.",
    footer = {"", "Example:", "  ekkofs log claim"})
final class LogClaimCommand implements Action {
  /** As long as a sweep waits before it gives a snapshot up. */
  private static final Duration RECENT = Duration.ofDays(2);

  @Option(
      names = "--force",
      description = "Even if snapshots of the other host began lately and are unfinished.")
  private boolean force;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      RepositoryDescriptor descriptor = repository.descriptor();
      if (!(descriptor.log() instanceof LogPlace.SingleWriter writer)) {
        throw new RefusedException("this repository was not made with --single-writer");
      }
      LogPlace self = LogOptions.thisHost();
      if (writer.equals(self)) {
        context.say("this host may write already");
        return;
      }
      if (!force) {
        requireIdle(repository, writer.host(), context.clock().instant().minus(RECENT));
      }
      LogPlaces.move(repository, self);
      context.say("this host may write now, and %s may not".formatted(writer.host()));
    }
  }

  private static void requireIdle(Repository repository, String host, Instant since) {
    DamagedTrees damaged = new DamagedTrees();
    for (Tree tree : repository.trees(damaged)) {
      for (TrackedBackup backup : tree.known()) {
        if (backup.isOpen() && backup.taken().isAfter(since)) {
          throw new RefusedException(
              "host %s may be at work: it has begun %s and not finished; if it is gone for good, add --force"
                  .formatted(host, new BackupPath(tree.name(), backup.name())));
        }
      }
    }
    damaged.report();
  }
}
