package org.ekkofs.model;

import java.util.Set;
import java.util.regex.Pattern;

/** The rules that names of trees and backups share, and how to show what breaks them. */
public final class Names {
  static final int MAX_LENGTH = 128;
  private static final Set<String> RESERVED = Set.of("control", "latest");

  private Names() {}

  static String check(String what, String name, Pattern allowed, String alphabet) {
    if (name.isEmpty()) {
      throw new InvalidException("the " + what + " name is empty");
    }
    if (name.length() > MAX_LENGTH) {
      throw new InvalidException(
          "the %s name is %d characters long; at most %d are allowed"
              .formatted(what, name.length(), MAX_LENGTH));
    }
    if (!allowed.matcher(name).matches()) {
      throw new InvalidException(
          "\"%s\" is not a %s name: allowed are %s, not beginning with \".\" or \"-\""
              .formatted(printable(name), what, alphabet));
    }
    if (RESERVED.contains(name)) {
      throw new InvalidException("\"" + name + "\" is reserved and cannot name a " + what);
    }
    return name;
  }

  /** The text with everything that could disturb a terminal or a log line replaced by "?". */
  public static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().limit(200).map(c -> disturbs(c) ? '?' : c).forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private static boolean disturbs(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }
}
