package org.ekkofs.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.LogRecord;

/**
 * Records of the commit log as JSON. All have these fields, and after them those of their type,
 * which {@link EventJson} lists:
 *
 * <pre>
 * {
 *   "format" : 1,
 *   "type" : "HIDE",
 *   "nonce" : "6f1c…",                            UUID
 *   "previous" : "b7d2…",                         nonce of the record before; not in the first
 *   "time" : "2026-11-23T12:00:00Z",
 *   "host" : "web1",
 *   "backup" : "90aa…"
 * }
 * </pre>
 */
public final class RecordCodec {
  /** The longest record there can be. */
  public static final int MAX_BYTES = 64 << 10;

  private static final int FORMAT = 1;

  private RecordCodec() {}

  /**
   * The bytes to store; the same record always gives the same.
   *
   * @throws CorruptException if a field is such that the record could not be read again
   */
  public static byte[] encode(LogRecord record) {
    ObjectNode json = JsonReader.newObject();
    json.put("format", FORMAT);
    json.put("type", EventJson.type(record.event()));
    json.put("nonce", record.nonce().toString());
    record.previous().ifPresent(previous -> json.put("previous", previous.toString()));
    json.put("time", record.time().toString());
    json.put("host", record.host());
    EventJson.write(record.event(), json);
    byte[] bytes = JsonReader.write(json);
    // A record that nobody can read would block its tree for ever.
    decode(bytes);
    return bytes;
  }

  /**
   * Reads a record.
   *
   * @throws CorruptException if it is none, or one of a newer ekkofs; the message does not say
   *     which record
   */
  public static LogRecord decode(byte[] bytes) {
    try {
      JsonReader json = JsonReader.parse(bytes, MAX_BYTES);
      long format = json.number("format");
      if (format > FORMAT) {
        throw EventJson.newer();
      }
      if (format != FORMAT) {
        throw new CorruptException("it has format " + format);
      }
      return body(json);
    } catch (InvalidException e) {
      throw new CorruptException("not valid: " + e.getMessage(), e);
    }
  }

  private static LogRecord body(JsonReader json) {
    String type = json.text("type");
    LogRecord record =
        new LogRecord(
            json.uuid("nonce"),
            json.optionalUuid("previous"),
            json.instant("time"),
            json.text("host"),
            EventJson.read(type, json));
    json.end();
    return record;
  }
}
