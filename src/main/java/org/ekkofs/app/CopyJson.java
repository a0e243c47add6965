package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.CopyPreview;
import org.ekkofs.backup.CopyReport;
import org.ekkofs.backup.CopyRequest;
import org.ekkofs.backup.VerificationReport;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupPath;

/** What came of copies, or would, for programs. */
final class CopyJson {
  private final ObjectNode all = Json.object();
  private final ArrayNode trees = all.putArray("trees");

  void add(CopyRequest request, CopyPreview preview) {
    ObjectNode tree = begin(request, preview.already());
    backups(tree.putArray("missing"), preview.missing());
    tree.put("bytes", preview.bytes());
  }

  void add(CopyRequest request, CopyReport report, Optional<VerificationReport> verified) {
    ObjectNode tree = begin(request, report.already());
    backups(tree.putArray("copied"), report.copied());
    tree.put("sentBytes", report.sentBytes());
    tree.put("reusedBytes", report.reusedBytes());
    ArrayNode deleted = tree.putArray("deleted");
    report.deleted().stream().map(BackupPath::name).forEach(name -> deleted.add(name.value()));
    ArrayNode failed = tree.putArray("failed");
    for (CopyReport.Failure failure : report.failures()) {
      failed
          .addObject()
          .put("name", failure.backup().name().value())
          .put("message", failure.cause().getMessage());
    }
    verified.map(VerificationView::new).ifPresent(view -> tree.set("verified", view.json()));
  }

  private ObjectNode begin(CopyRequest request, long already) {
    return trees
        .addObject()
        .put("tree", request.tree().value())
        .put("as", request.as().value())
        .put("already", already);
  }

  private static void backups(ArrayNode array, List<TrackedBackup> backups) {
    for (TrackedBackup backup : backups) {
      array
          .addObject()
          .put("name", backup.name().value())
          .put("id", backup.id().toString())
          .put("taken", backup.taken().toString());
    }
  }

  void print(PrintStream out) {
    Json.print(out, all);
  }
}
