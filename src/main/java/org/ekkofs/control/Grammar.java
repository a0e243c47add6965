package org.ekkofs.control;

/** The grammar of command lines: that of {@code ekkofs} itself. Safe for use by many threads. */
@FunctionalInterface
public interface Grammar {
  /**
   * Reads one line, without its newline.
   *
   * @throws org.ekkofs.model.InvalidException if it is no command, says which word is wrong
   */
  Command parse(String line);
}
