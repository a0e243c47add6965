package org.ekkofs.format;

import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.ekkofs.model.InvalidException;

/**
 * What a way to a repository's master key says of itself.
 *
 * @param id 16 hexadecimal digits, also in the key of its object
 * @param repository whose master key it is
 * @param created when it was made
 * @param host where; for people
 * @param label what its maker calls it; may be empty
 * @param derivation how a key is made of what the user gives
 * @param salt 32 hexadecimal digits, random
 */
public record KeyDescription(
    String id,
    UUID repository,
    Instant created,
    String host,
    String label,
    Derivation derivation,
    String salt) {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");
  private static final Pattern SALT = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern LABEL = Pattern.compile("[\\p{L}\\p{N}\\p{P}\\p{S} ]{0,64}");

  /** How a key is made of what the user gives. */
  public sealed interface Derivation {}

  /**
   * Of a passphrase, by Argon2id.
   *
   * @param memoryKib from 8 for each lane up to 128 MiB
   * @param passes 1 to 16
   * @param lanes 1 to 16
   */
  public record OfPassphrase(int memoryKib, int passes, int lanes) implements Derivation {
    private static final int MAX_MEMORY = 128 << 10;
    private static final int MAX = 16;
    private static final int LEAST_OF_LANE = 8;

    /** What RFC 9106 recommends where memory is scarce: 64 MiB. */
    public static final OfPassphrase RECOMMENDED = new OfPassphrase(64 << 10, 3, 4);

    /** Checks the ranges. */
    public OfPassphrase {
      if (lanes < 1
          || lanes > MAX
          || passes < 1
          || passes > MAX
          || memoryKib < LEAST_OF_LANE * lanes
          || memoryKib > MAX_MEMORY) {
        throw new InvalidException(
            "Argon2id with %d KiB, %d passes and %d lanes is out of range"
                .formatted(memoryKib, passes, lanes));
      }
    }
  }

  /** Of the random content of a file. */
  public record OfFile() implements Derivation {}

  /**
   * Checks the texts.
   *
   * @throws InvalidException if one is out of its range
   */
  public KeyDescription {
    if (!ID.matcher(id).matches() || !SALT.matcher(salt).matches()) {
      throw new InvalidException("a key has an id of 16 and a salt of 32 hexadecimal digits");
    }
    if (!LABEL.matcher(label).matches()) {
      throw new InvalidException(
          "a label has at most 64 letters, digits, spaces and other visible characters");
    }
  }
}
