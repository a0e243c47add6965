package org.ekkofs.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.StoredObject;
import org.ekkofs.model.WriterProcess;

/**
 * Log events as fields of their record.
 *
 * <pre>
 * CREATE   segmentSize (bytes), compression (level)
 * INTENT   backup, name, parent (left out if there is none),
 *          writer {host, bootId, pid, startedMillis}
 * COMMIT   backup, manifest and references {sha256, length, rawLength},
 *          figures {diskBytes, dataBytes, newBytes, storedBytes, newChunks}
 * REVOKE   backup
 * HIDE     backup
 * UNHIDE   backup, name
 * </pre>
 */
final class EventJson {
  private EventJson() {}

  static CorruptException newer() {
    return new CorruptException("written by a newer ekkofs");
  }

  static String type(LogEvent event) {
    if (event instanceof LogEvent.Create) {
      return "CREATE";
    } else if (event instanceof LogEvent.Intent) {
      return "INTENT";
    } else if (event instanceof LogEvent.Commit) {
      return "COMMIT";
    } else if (event instanceof LogEvent.Revoke) {
      return "REVOKE";
    } else if (event instanceof LogEvent.Hide) {
      return "HIDE";
    } else if (event instanceof LogEvent.Unhide) {
      return "UNHIDE";
    }
    throw new IllegalArgumentException("no such event: " + event);
  }

  static void write(LogEvent event, ObjectNode json) {
    if (event instanceof LogEvent.Create create) {
      json.put("segmentSize", create.segmentSize().bytes());
      json.put("compression", create.compression().level());
    }
    if (event instanceof LogEvent.OfBackup ofBackup) {
      json.put("backup", ofBackup.backup().toString());
    }
    if (event instanceof LogEvent.Intent intent) {
      json.put("name", intent.name().value());
      intent.parent().ifPresent(parent -> json.put("parent", parent.toString()));
      write(intent.writer(), json.putObject("writer"));
    } else if (event instanceof LogEvent.Commit commit) {
      write(commit.manifest(), json.putObject("manifest"));
      write(commit.references(), json.putObject("references"));
      write(commit.figures(), json.putObject("figures"));
    } else if (event instanceof LogEvent.Unhide unhide) {
      json.put("name", unhide.name().value());
    }
  }

  private static void write(WriterProcess writer, ObjectNode json) {
    json.put("host", writer.host());
    json.put("bootId", writer.bootId());
    json.put("pid", writer.pid());
    json.put("startedMillis", writer.startedMillis());
  }

  private static void write(StoredObject object, ObjectNode json) {
    json.put("sha256", object.sha256().toString());
    json.put("length", object.length());
    json.put("rawLength", object.rawLength());
  }

  private static void write(BackupFigures figures, ObjectNode json) {
    json.put("diskBytes", figures.diskBytes());
    json.put("dataBytes", figures.dataBytes());
    json.put("newBytes", figures.newBytes());
    json.put("storedBytes", figures.storedBytes());
    json.put("newChunks", figures.newChunks());
  }

  static LogEvent read(String type, JsonReader json) {
    return switch (type) {
      case "CREATE" ->
          new LogEvent.Create(
              new SegmentSize(json.smallNumber("segmentSize")),
              new Compression(json.smallNumber("compression")));
      case "INTENT" ->
          new LogEvent.Intent(
              backup(json, "backup"),
              new BackupName(json.text("name")),
              json.optionalUuid("parent").map(BackupId::new),
              writer(json.object("writer")));
      case "COMMIT" ->
          new LogEvent.Commit(
              backup(json, "backup"),
              storedObject(json.object("manifest")),
              storedObject(json.object("references")),
              figures(json.object("figures")));
      case "REVOKE" -> new LogEvent.Revoke(backup(json, "backup"));
      case "HIDE" -> new LogEvent.Hide(backup(json, "backup"));
      case "UNHIDE" ->
          new LogEvent.Unhide(backup(json, "backup"), new BackupName(json.text("name")));
      default -> throw newer();
    };
  }

  private static BackupId backup(JsonReader json, String field) {
    return new BackupId(json.uuid(field));
  }

  private static WriterProcess writer(JsonReader json) {
    WriterProcess writer =
        new WriterProcess(
            json.text("host"),
            json.text("bootId"),
            json.number("pid"),
            json.number("startedMillis"));
    json.end();
    return writer;
  }

  private static StoredObject storedObject(JsonReader json) {
    StoredObject object =
        new StoredObject(json.digest("sha256"), json.number("length"), json.number("rawLength"));
    json.end();
    return object;
  }

  private static BackupFigures figures(JsonReader json) {
    BackupFigures figures =
        new BackupFigures(
            json.number("diskBytes"),
            json.number("dataBytes"),
            json.number("newBytes"),
            json.number("storedBytes"),
            json.number("newChunks"));
    json.end();
    return figures;
  }
}
