package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ekkofs.backup.Repository;
import org.ekkofs.control.Units;
import org.ekkofs.disk.TierUse;
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
        Json.print(context.out(), json(repository, statistics));
      } else {
        print(context, repository, statistics);
      }
      damaged.report();
    }
  }

  private static List<TierUse> caches(Repository repository) {
    return TierUse.list(repository.local().segments(repository.descriptor().id()));
  }

  private static ObjectNode json(Repository repository, Statistics statistics) {
    ObjectNode json = statistics.json();
    LogPlaces.json(repository.descriptor().log(), json);
    json.put("encrypted", repository.descriptor().encrypted());
    ArrayNode caches = json.putArray("caches");
    for (TierUse use : caches(repository)) {
      caches
          .addObject()
          .put("folder", use.folder().toString())
          .put("process", use.process())
          .put("inUse", use.inUse())
          .put("bytes", use.bytes())
          .put("maxBytes", use.maxBytes())
          .put("maxMemoryBytes", use.maxMemoryBytes());
    }
    return json;
  }

  private static void print(Context context, Repository repository, Statistics statistics) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("repository", repository.store().description());
    lines.put("id", statistics.id().toString());
    lines.put("made", Times.formatWithOffset(statistics.created(), context.zone()));
    lines.put("log", LogPlaces.describe(repository.descriptor().log()));
    lines.put("encrypted", repository.descriptor().encrypted() ? "yes" : "no");
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
    for (TierUse use : caches(repository)) {
      lines.put(
          "cache " + use.folder().getFileName(),
          use.inUse()
              ? "%s of at most %s in %s, and at most %s in memory; of process %d"
                  .formatted(
                      Units.bytes(use.bytes()),
                      Units.bytes(use.maxBytes()),
                      use.folder(),
                      Units.bytes(use.maxMemoryBytes()),
                      use.process())
              : "%s in %s; left by process %d"
                  .formatted(Units.bytes(use.bytes()), use.folder(), use.process()));
    }
    lines.forEach((name, value) -> context.out().printf("%-12s %s%n", name, value));
  }
}
