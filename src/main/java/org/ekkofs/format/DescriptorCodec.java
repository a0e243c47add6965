package org.ekkofs.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.model.RepositoryDescriptor.LogPlace;

/**
 * The repository's descriptor as JSON.
 *
 * <pre>
 * {
 *   "format" : 1,
 *   "repository" : "0b5c…",                       UUID
 *   "created" : "2026-11-23T12:00:00Z",
 *   "log" : "store"
 * }
 * </pre>
 */
public final class DescriptorCodec {
  /** The longest descriptor there can be. */
  public static final int MAX_BYTES = 64 << 10;

  private static final int FORMAT = 1;
  private static final String LOG_IN_STORE = "store";

  private DescriptorCodec() {}

  /** The bytes to store. */
  public static byte[] encode(RepositoryDescriptor descriptor) {
    ObjectNode json = JsonReader.newObject();
    json.put("format", FORMAT);
    json.put("repository", descriptor.id().toString());
    json.put("created", descriptor.created().toString());
    json.put(
        "log",
        switch (descriptor.log()) {
          case STORE -> LOG_IN_STORE;
        });
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
              json.uuid("repository"), json.instant("created"), logPlace(json.text("log")));
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

  private static LogPlace logPlace(String name) {
    if (!name.equals(LOG_IN_STORE)) {
      throw new CorruptException("it does not say where the log lives");
    }
    return LogPlace.STORE;
  }
}
