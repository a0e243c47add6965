package org.ekkofs.model;

import java.util.regex.Pattern;

/**
 * The name of a backup tree: 1 to 128 ASCII letters, digits, ".", "_" and "-", not beginning with
 * "." or "-", and neither "control" nor "latest".
 */
public record TreeName(String value) implements Comparable<TreeName> {
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

  /**
   * Checks the name.
   *
   * @throws InvalidException if it breaks the rules
   */
  public TreeName {
    Names.check("tree", value, ALLOWED, "letters, digits, \".\", \"_\" and \"-\"");
  }

  @Override
  public int compareTo(TreeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
