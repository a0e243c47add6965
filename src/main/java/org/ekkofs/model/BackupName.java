package org.ekkofs.model;

import java.util.regex.Pattern;

/**
 * The name of a backup within its tree: as a {@link TreeName}, and also ":", "@" and "+". It never
 * becomes part of an object's key.
 */
public record BackupName(String value) implements Comparable<BackupName> {
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_:@+][A-Za-z0-9._:@+-]*");

  /**
   * Checks the name.
   *
   * @throws InvalidException if it breaks the rules
   */
  public BackupName {
    Names.check(
        "backup", value, ALLOWED, "letters, digits, \".\", \"_\", \"-\", \":\", \"@\" and \"+\"");
  }

  @Override
  public int compareTo(BackupName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
