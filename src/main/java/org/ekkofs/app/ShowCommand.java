package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.control.Units;
import org.ekkofs.control.VerdictWords;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.Origin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code show}: all that is known of a backup. */
@Command(
    name = "show",
    header = "Show what is known of a backup.",
    footer = {"", "Example:", "  ekkofs show web/monday"})
final class ShowCommand implements Action {
  @Parameters(paramLabel = "TREE/NAME", description = "The backup.")
  private BackupPath path;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run(Context context) {
    try (Repository repository = context.open();
        ShownProgress progress = context.progress()) {
      Tree tree = repository.tree(path.tree());
      TrackedBackup backup = tree.find(path.name());
      BackupView view = BackupView.of(repository, tree, List.of(backup), progress).get(0);
      if (json) {
        Json.print(context.out(), json(view, tree.settings()));
      } else {
        print(context, view, tree.settings());
      }
    }
  }

  private static ObjectNode json(BackupView view, LogEvent.Create settings) {
    ObjectNode json = view.json();
    json.put("segmentBytes", settings.segmentSize().bytes());
    json.put("compression", settings.compression().level());
    json.put("host", view.backup().writer().host());
    if (view.backup().phase() instanceof Phase.Committed committed) {
      json.put("manifestSha256", committed.commit().manifest().sha256().toString());
      json.put("manifestBytes", committed.commit().manifest().length());
    }
    return json;
  }

  private static void print(Context context, BackupView view, LogEvent.Create settings) {
    Map<String, String> lines = new LinkedHashMap<>();
    TrackedBackup backup = view.backup();
    lines.put("backup", view.path().toString());
    lines.put("id", backup.id().toString());
    lines.put("taken", Times.formatWithOffset(backup.taken(), context.zone()));
    if (backup.copied().isPresent()) {
      Origin origin = backup.copied().get().origin();
      lines.put("copy of", origin.backup() + " in repository " + origin.repository());
      lines.put("copied", Times.formatWithOffset(backup.begun(), context.zone()));
    }
    lines.put("on host", backup.writer().host());
    lines.put("parent", parent(view));
    lines.put("protected", backup.isProtected() ? "yes" : "no");
    view.figures()
        .ifPresent(
            figures -> {
              lines.put("disk", exact(figures.diskBytes()));
              lines.put("data", exact(figures.dataBytes()));
              lines.put("new", exact(figures.newBytes()));
              lines.put(
                  "stored",
                  "%s in %s"
                      .formatted(
                          exact(figures.storedBytes()), Sizes.count(figures.newChunks(), "chunk")));
            });
    backup
        .verdict()
        .ifPresent(
            verdict -> lines.put("verified", VerdictWords.sentence(verdict, context.zone())));
    view.freed().ifPresent(bytes -> lines.put("alone", exact(bytes) + ", which deleting it frees"));
    lines.put("segments", Units.bytes(settings.segmentSize().bytes()));
    lines.put("compression", "zstd level " + settings.compression().level());
    if (backup.phase() instanceof Phase.Committed committed) {
      lines.put("manifest", exact(committed.commit().manifest().length()));
    }
    lines.forEach((name, value) -> context.out().printf("%-12s %s%n", name, value));
  }

  private static String parent(BackupView view) {
    return view.backup()
        .parent()
        .map(id -> view.parent().map(name -> name + " (" + id + ")").orElse(id.toString()))
        .orElse("none");
  }

  private static String exact(long bytes) {
    return bytes < 1024 ? Units.bytes(bytes) : Units.bytes(bytes) + " (" + bytes + " bytes)";
  }
}
