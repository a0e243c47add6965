package org.ekkofs.app;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ekkofs.backup.Repository;
import org.ekkofs.control.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code stats}: what a repository amounts to. */
@Command(
    name = "stats",
    header = "Show what the repository amounts to.",
    footer = {"", "Example:", "  ekkofs stats --json"})
final class StatsCommand implements Action {
  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open()) {
      DamagedTrees damaged = new DamagedTrees();
      Statistics statistics = Statistics.of(repository, damaged);
      if (json) {
        Json.print(context.out(), statistics.json());
      } else {
        print(context, repository, statistics);
      }
      damaged.report();
    }
  }

  private static void print(Context context, Repository repository, Statistics statistics) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("repository", repository.store().description());
    lines.put("id", statistics.id().toString());
    lines.put("made", Times.formatWithOffset(statistics.created(), context.zone()));
    lines.put("trees", Long.toString(statistics.trees()));
    lines.put(
        "backups",
        "%d, and %d deleted, %d unfinished"
            .formatted(statistics.backups(), statistics.deleted(), statistics.unfinished()));
    lines.put("disks", Units.bytes(statistics.diskBytes()));
    lines.put("data", Units.bytes(statistics.dataBytes()));
    lines.put(
        "stored",
        "%s in %d objects".formatted(Units.bytes(statistics.objectBytes()), statistics.objects()));
    lines.forEach((name, value) -> context.out().printf("%-12s %s%n", name, value));
  }
}
