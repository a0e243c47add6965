package org.ekkofs.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.ekkofs.format.KeyDescription.Derivation;
import org.ekkofs.format.KeyDescription.OfFile;
import org.ekkofs.format.KeyDescription.OfPassphrase;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.RefusedException;

/**
 * Ways to the master key as JSON.
 *
 * <pre>
 * {
 *   "format" : 1,
 *   "key" : "0123456789abcdef",
 *   "repository" : "0b5c…",                       UUID
 *   "created" : "2026-11-23T12:00:00Z",
 *   "host" : "backup1",
 *   "label" : "the safe",
 *   "kind" : "passphrase",                        or "file", without the next three
 *   "memory" : 65536,                             KiB
 *   "passes" : 3,
 *   "lanes" : 4,
 *   "salt" : "00112233445566778899aabbccddeeff",
 *   "verifier" : "5fd9…",                         64 hexadecimal digits
 *   "wrapped" : "7bf6…",                          96 hexadecimal digits
 *   "sha256" : "c81c…"                            of all this without this field
 * }
 * </pre>
 */
public final class KeyCodec {
  /** The longest there can be. */
  public static final int MAX_BYTES = 8 << 10;

  private static final int FORMAT = 1;
  private static final String PASSPHRASE = "passphrase";
  private static final String FILE = "file";

  private KeyCodec() {}

  /** The bytes to store. */
  public static byte[] encode(KeyObject key) {
    ObjectNode json = withoutSum(key);
    return JsonReader.write(json.put("sha256", sum(key).toString()));
  }

  /** What the master key is bound to: a digest of all that is said of a key in the open. */
  public static Digest binding(KeyDescription description) {
    return Sha256.of(JsonReader.write(json(description)));
  }

  /**
   * Reads a key.
   *
   * @throws RefusedException if it is of a newer format
   * @throws CorruptException if it is none, or damaged
   */
  public static KeyObject decode(byte[] bytes) {
    try {
      JsonReader json = JsonReader.parse(bytes, MAX_BYTES);
      checkFormat(json.number("format"));
      KeyObject key =
          new KeyObject(description(json), json.digest("verifier"), json.text("wrapped"));
      Digest sum = json.digest("sha256");
      json.end();
      if (!sum.equals(sum(key))) {
        throw new CorruptException("its checksum is wrong");
      }
      return key;
    } catch (InvalidException e) {
      throw new CorruptException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void checkFormat(long format) {
    if (format > FORMAT) {
      throw new RefusedException("a key has format " + format + ", which needs a newer ekkofs");
    }
    if (format != FORMAT) {
      throw new CorruptException("it has format " + format);
    }
  }

  private static KeyDescription description(JsonReader json) {
    String id = json.text("key");
    UUID repository = json.uuid("repository");
    return new KeyDescription(
        id,
        repository,
        json.instant("created"),
        json.text("host"),
        json.text("label"),
        derivation(json),
        json.text("salt"));
  }

  private static Derivation derivation(JsonReader json) {
    return switch (json.text("kind")) {
      case PASSPHRASE ->
          new OfPassphrase(
              json.smallNumber("memory"), json.smallNumber("passes"), json.smallNumber("lanes"));
      case FILE -> new OfFile();
      default -> throw new CorruptException("it does not say of what kind it is");
    };
  }

  private static Digest sum(KeyObject key) {
    return Sha256.of(JsonReader.write(withoutSum(key)));
  }

  private static ObjectNode withoutSum(KeyObject key) {
    return json(key.description())
        .put("verifier", key.verifier().toString())
        .put("wrapped", key.wrapped());
  }

  private static ObjectNode json(KeyDescription description) {
    ObjectNode json = JsonReader.newObject();
    json.put("format", FORMAT);
    json.put("key", description.id());
    json.put("repository", description.repository().toString());
    json.put("created", description.created().toString());
    json.put("host", description.host());
    json.put("label", description.label());
    if (description.derivation() instanceof OfPassphrase argon2) {
      json.put("kind", PASSPHRASE);
      json.put("memory", argon2.memoryKib());
      json.put("passes", argon2.passes());
      json.put("lanes", argon2.lanes());
    } else {
      json.put("kind", FILE);
    }
    return json.put("salt", description.salt());
  }
}
