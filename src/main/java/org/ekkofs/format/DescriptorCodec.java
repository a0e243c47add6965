package org.ekkofs.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.RepositoryDescriptor;

/**
 * The repository's descriptor as JSON.
 *
 * <pre>
 * {
 *   "format" : 1,
 *   "repository" : "0b5c…",                       UUID
 *   "created" : "2026-11-23T12:00:00Z",
 *   "log" : "store",                             or "single-writer", or "postgresql"
 *   "writer" : "backup1",                        the host that may write, for "single-writer"
 *   "database" : "postgresql://db1/ekkofs",      where the logs are, for "postgresql"
 *   "encrypted" : true,                          left out if not
 *   "proof" : "5fd9…"                            of an encrypted one, see encryption/MasterKey
 * }
 * </pre>
 */
public final class DescriptorCodec {
  /** The longest descriptor there can be. */
  public static final int MAX_BYTES = 64 << 10;

  private static final int FORMAT = 1;
  private static final String STORE = "store";
  private static final String SINGLE_WRITER = "single-writer";
  private static final String DATABASE = "postgresql";

  private DescriptorCodec() {}

  /** The bytes to store. */
  public static byte[] encode(RepositoryDescriptor descriptor) {
    ObjectNode json = JsonReader.newObject();
    json.put("format", FORMAT);
    json.put("repository", descriptor.id().toString());
    json.put("created", descriptor.created().toString());
    if (descriptor.log() instanceof LogPlace.SingleWriter writer) {
      json.put("log", SINGLE_WRITER).put("writer", writer.host());
    } else if (descriptor.log() instanceof LogPlace.Database database) {
      json.put("log", DATABASE).put("database", database.address());
    } else {
      json.put("log", STORE);
    }
    if (descriptor.encrypted()) {
      json.put("encrypted", true);
    }
    descriptor.proof().ifPresent(proof -> json.put("proof", proof.toString()));
    return JsonReader.write(json);
  }

  /**
   * Reads a descriptor.
   *
   * @throws RefusedException if it is of a newer format
   * @throws CorruptException if it is none
   */
  public static RepositoryDescriptor decode(byte[] bytes) {
    try {
      JsonReader json = JsonReader.parse(bytes, MAX_BYTES);
      checkFormat(json.number("format"));
      RepositoryDescriptor descriptor =
          new RepositoryDescriptor(
              json.uuid("repository"),
              json.instant("created"),
              logPlace(json),
              json.has("encrypted") && json.flag("encrypted"),
              json.has("proof") ? Optional.of(json.digest("proof")) : Optional.empty());
      json.end();
      return descriptor;
    } catch (CorruptException | InvalidException e) {
      throw new CorruptException("the repository's descriptor is damaged: " + e.getMessage(), e);
    }
  }

  private static void checkFormat(long format) {
    if (format > FORMAT) {
      throw new RefusedException(
          "this repository has format " + format + ", which needs a newer ekkofs");
    }
    if (format != FORMAT) {
      throw new CorruptException("it has format " + format);
    }
  }

  private static LogPlace logPlace(JsonReader json) {
    return switch (json.text("log")) {
      case STORE -> LogPlace.STORE;
      case SINGLE_WRITER -> new LogPlace.SingleWriter(json.text("writer"));
      case DATABASE -> new LogPlace.Database(json.text("database"));
      default -> throw new CorruptException("it does not say where the log lives");
    };
  }
}
