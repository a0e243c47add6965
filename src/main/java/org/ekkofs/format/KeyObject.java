package org.ekkofs.format;

import java.util.regex.Pattern;
import org.ekkofs.model.Digest;
import org.ekkofs.model.InvalidException;

/**
 * One way to a repository's master key, as it lies in the store.
 *
 * @param description what it says of itself
 * @param verifier tells whether what the user gives is right
 * @param wrapped the master key, encrypted: 96 hexadecimal digits
 */
public record KeyObject(KeyDescription description, Digest verifier, String wrapped) {
  private static final Pattern WRAPPED = Pattern.compile("[0-9a-f]{96}");

  /**
   * Checks the master key's form.
   *
   * @throws InvalidException if it has another
   */
  public KeyObject {
    if (!WRAPPED.matcher(wrapped).matches()) {
      throw new InvalidException("a wrapped key has 96 hexadecimal digits");
    }
  }
}
