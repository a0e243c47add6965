package org.ekkofs.app;

import org.ekkofs.backup.Repository;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cache}: shows what this machine keeps of the repository. */
@Command(
    name = "cache",
    header = "Show what lies in the cache folder, make and remove local copies.",
    synopsisSubcommandLabel = "[COMMAND]",
    footer = {
      "",
      "Examples:",
      "  ekkofs cache",
      "  ekkofs cache fill web/monday",
      "  ekkofs cache drop web/monday"
    })
final class CacheCommand implements Action {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      CacheView view = CacheView.of(repository);
      if (json) {
        Json.print(context.out(), view.json());
      } else {
        view.table(context.zone()).print(context.out());
      }
    }
  }
}
