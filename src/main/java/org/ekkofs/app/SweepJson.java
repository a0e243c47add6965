package org.ekkofs.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.ekkofs.backup.SweepReport;
import org.ekkofs.backup.Sweeps;
import org.ekkofs.control.Command;
import org.ekkofs.control.SweepText;
import org.ekkofs.log.SweepScope;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.TreeName;

/**
 * What sweeps came to, or would, as JSON. It is written as it becomes known, since there may be
 * millions of objects. For one thread.
 */
final class SweepJson implements AutoCloseable {
  private final PrintStream out;
  private final Command.Sweep command;
  private final JsonGenerator json;
  private final Map<TreeName, String> problems = new LinkedHashMap<>();

  SweepJson(PrintStream out, Command.Sweep command) {
    this.out = out;
    this.command = command;
    try {
      json =
          new JsonFactory()
              .createGenerator(out)
              .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
              .useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeBooleanField("dryRun", command.dryRun());
      json.writeArrayFieldStart("trees");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A tree. If its sweep fails, what there is of it stays well-formed.
   *
   * @param withObjects whether to list what would go
   */
  void tree(
      TreeName tree, boolean withObjects, Function<Consumer<Sweeps.Doomed>, SweepReport> sweep) {
    try {
      json.writeStartObject();
      json.writeStringField("tree", tree.value());
      try {
        report(withObjects ? listing(sweep) : sweep.apply(object -> {}));
      } finally {
        json.writeEndObject();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tree could not be swept. */
  void failed(TreeName tree, CorruptException failure) {
    problems.put(tree, String.valueOf(failure.getMessage()));
  }

  private SweepReport listing(Function<Consumer<Sweeps.Doomed>, SweepReport> sweep)
      throws IOException {
    json.writeArrayFieldStart("objects");
    try {
      return sweep.apply(this::object);
    } finally {
      json.writeEndArray();
    }
  }

  private void object(Sweeps.Doomed object) {
    try {
      json.writeStartObject();
      json.writeStringField("key", object.key().value());
      json.writeNumberField("bytes", object.bytes());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void report(SweepReport report) throws IOException {
    json.writeNumberField("bytes", report.bytes());
    json.writeNumberField("chunks", report.chunks());
    backups("backups", report.deleted());
    backups("abandoned", report.abandoned());
    backups("revoked", report.revoked());
    json.writeArrayFieldStart("waiting");
    for (SweepScope.Waiting waiting : report.waiting()) {
      waiting(waiting);
    }
    json.writeEndArray();
  }

  private void backups(String field, List<TrackedBackup> backups) throws IOException {
    json.writeArrayFieldStart(field);
    for (TrackedBackup backup : backups) {
      json.writeStartObject();
      identity(backup);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void identity(TrackedBackup backup) throws IOException {
    json.writeStringField("name", backup.name().value());
    json.writeStringField("id", backup.id().toString());
  }

  private void waiting(SweepScope.Waiting waiting) throws IOException {
    json.writeStartObject();
    identity(waiting.backup());
    switch (waiting.reason()) {
      case UNDO_WINDOW -> {
        json.writeStringField("reason", "undoWindow");
        json.writeStringField(
            "until",
            SweepText.undoEnd(waiting.backup(), command.options()).orElseThrow().toString());
      }
      case UNFINISHED_SNAPSHOT -> {
        json.writeStringField("reason", "unfinishedSnapshot");
        backups("snapshots", waiting.snapshots());
      }
      case OPEN_FILE -> json.writeStringField("reason", "openFile");
      case NEXT_PLAN -> json.writeStringField("reason", "nextPlan");
    }
    json.writeEndObject();
  }

  @Override
  public void close() {
    try {
      json.writeEndArray();
      json.writeArrayFieldStart("problems");
      for (Map.Entry<TreeName, String> problem : problems.entrySet()) {
        json.writeStartObject();
        json.writeStringField("tree", problem.getKey().value());
        json.writeStringField("message", problem.getValue());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
      json.close();
      out.println();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
