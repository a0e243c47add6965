package org.ekkofs.store;

import java.util.List;
import java.util.regex.Pattern;
import org.ekkofs.model.InvalidException;

/**
 * The key of an object: parts separated by slashes, each of letters, digits, ".", "_" and "-", none
 * empty, "." or "..". So every key is also a safe relative path and passes through every store
 * unchanged.
 */
public record ObjectKey(String value) implements Comparable<ObjectKey> {
  private static final int MAX_LENGTH = 900;
  private static final Pattern PART = Pattern.compile("[A-Za-z0-9._-]+");

  /**
   * Checks the key.
   *
   * @throws InvalidException if it breaks the rules
   */
  public ObjectKey {
    if (value.length() > MAX_LENGTH) {
      throw new InvalidException("an object key of " + value.length() + " characters");
    }
    for (String part : value.split("/", -1)) {
      if (!PART.matcher(part).matches() || part.equals(".") || part.equals("..")) {
        throw new InvalidException("\"" + value + "\" is not an object key");
      }
    }
  }

  /** The key with these parts. */
  public static ObjectKey of(String... parts) {
    return new ObjectKey(String.join("/", parts));
  }

  /** The parts between the slashes. */
  public List<String> parts() {
    return List.of(value.split("/"));
  }

  /** The last part. */
  public String name() {
    return value.substring(value.lastIndexOf('/') + 1);
  }

  @Override
  public int compareTo(ObjectKey other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
