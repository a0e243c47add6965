package org.ekkofs.format;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.Copied;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.Origin;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoredObject;
import org.ekkofs.model.WriterProcess;

/**
 * Log events as fields of their record.
 *
 * <pre>
 * CREATE   segmentSize (bytes), compression (level)
 * INTENT   backup, name, parent (left out if there is none),
 *          writer {host, bootId, pid, startedMillis},
 *          copied {repository, backup, taken, continues (left out if nothing)}, if it is a copy
 * COMMIT   backup, manifest and references {sha256, length, rawLength},
 *          figures {diskBytes, dataBytes, newBytes, storedBytes, newChunks}
 * REVOKE   backup
 * HIDE     backup
 * UNHIDE   backup, name
 * PROTECT  backup
 * UNPROTECT backup
 * PLAN     plan (SHA-256), asOf (slot), backups [id, ...], bytes
 * SWEPT    plan (SHA-256)
 * VERIFIED percent, sound [id, ...], damaged [id, ...]
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
    } else if (event instanceof LogEvent.Protect) {
      return "PROTECT";
    } else if (event instanceof LogEvent.Unprotect) {
      return "UNPROTECT";
    } else if (event instanceof LogEvent.Plan) {
      return "PLAN";
    } else if (event instanceof LogEvent.Swept) {
      return "SWEPT";
    } else if (event instanceof LogEvent.Verified) {
      return "VERIFIED";
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
      intent.copied().ifPresent(copied -> write(copied, json.putObject("copied")));
    } else if (event instanceof LogEvent.Commit commit) {
      write(commit.manifest(), json.putObject("manifest"));
      write(commit.references(), json.putObject("references"));
      write(commit.figures(), json.putObject("figures"));
    } else if (event instanceof LogEvent.Unhide unhide) {
      json.put("name", unhide.name().value());
    } else if (event instanceof LogEvent.Plan plan) {
      json.put("plan", plan.plan().toString());
      json.put("asOf", plan.asOf().value());
      write(plan.backups(), json.putArray("backups"));
      json.put("bytes", plan.bytes());
    } else if (event instanceof LogEvent.Swept swept) {
      json.put("plan", swept.plan().toString());
    } else if (event instanceof LogEvent.Verified verified) {
      json.put("percent", verified.percent());
      write(verified.sound(), json.putArray("sound"));
      write(verified.damaged(), json.putArray("damaged"));
    }
  }

  private static void write(List<BackupId> backups, ArrayNode json) {
    backups.forEach(backup -> json.add(backup.toString()));
  }

  private static void write(WriterProcess writer, ObjectNode json) {
    json.put("host", writer.host());
    json.put("bootId", writer.bootId());
    json.put("pid", writer.pid());
    json.put("startedMillis", writer.startedMillis());
  }

  private static void write(Copied copied, ObjectNode json) {
    json.put("repository", copied.origin().repository().toString());
    json.put("backup", copied.origin().backup().toString());
    json.put("taken", copied.origin().taken().toString());
    copied.continues().ifPresent(before -> json.put("continues", before.toString()));
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
              writer(json.object("writer")),
              json.has("copied") ? Optional.of(copied(json.object("copied"))) : Optional.empty());
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
      case "PROTECT" -> new LogEvent.Protect(backup(json, "backup"));
      case "UNPROTECT" -> new LogEvent.Unprotect(backup(json, "backup"));
      case "PLAN" ->
          new LogEvent.Plan(
              json.digest("plan"),
              new Slot(json.number("asOf")),
              backups(json, "backups"),
              json.number("bytes"));
      case "SWEPT" -> new LogEvent.Swept(json.digest("plan"));
      case "VERIFIED" ->
          new LogEvent.Verified(
              json.smallNumber("percent"), backups(json, "sound"), backups(json, "damaged"));
      default -> throw newer();
    };
  }

  private static List<BackupId> backups(JsonReader json, String field) {
    return json.texts(field, LogEvent.MAX_BACKUPS).stream().map(BackupId::parse).toList();
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

  private static Copied copied(JsonReader json) {
    Copied copied =
        new Copied(
            new Origin(json.uuid("repository"), backup(json, "backup"), json.instant("taken")),
            json.optionalUuid("continues").map(BackupId::new));
    json.end();
    return copied;
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
