package org.ekkofs.app;

import org.ekkofs.backup.CacheFolder;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.backup.Repository;
import picocli.CommandLine.Command;

/** {@code cache clear}: removes what no mount uses. */
@Command(
    name = "clear",
    header = "Remove what lies in the cache folder for this repository and no mount uses.",
    footer = {"", "Example:", "  ekkofs cache clear"})
final class CacheClearCommand implements Action {
  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      int stay = new LocalCopies(repository).removeAll();
      boolean cleared = new CacheFolder(repository).clear();
      if (stay > 0) {
        context.say("local copies that stay, as mounts read them: %d".formatted(stay));
      }
      context.say(
          cleared
              ? "cleared the cache of " + context.location()
              : "manifests and segments stay: a mount uses them");
    }
  }
}
