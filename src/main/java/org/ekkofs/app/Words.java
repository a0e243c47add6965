package org.ekkofs.app;

import java.util.ArrayList;
import java.util.List;
import org.ekkofs.model.InvalidException;

/**
 * Cuts a line into words as a shell does: at blanks, unless they are in single or double quotes or
 * follow a backslash. Nothing is expanded. For one thread.
 */
final class Words {
  private final String line;
  private final List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean inWord;
  private int position;

  private Words(String line) {
    this.line = line;
  }

  /**
   * The words of a line.
   *
   * @throws InvalidException if a quote is not closed or the line ends in a backslash
   */
  static List<String> split(String line) {
    Words words = new Words(line);
    while (words.position < line.length()) {
      words.step(line.charAt(words.position++));
    }
    words.endWord();
    return List.copyOf(words.words);
  }

  private void step(char c) {
    switch (c) {
      case ' ', '\t' -> endWord();
      case '\'' -> singleQuoted();
      case '"' -> doubleQuoted();
      case '\\' -> take(next("the line ends in a backslash"));
      default -> take(c);
    }
  }

  private void take(char c) {
    inWord = true;
    word.append(c);
  }

  private void endWord() {
    if (inWord) {
      words.add(word.toString());
    }
    word.setLength(0);
    inWord = false;
  }

  private void singleQuoted() {
    inWord = true;
    for (char c = quoted('\''); c != '\''; c = quoted('\'')) {
      take(c);
    }
  }

  private void doubleQuoted() {
    inWord = true;
    for (char c = quoted('"'); c != '"'; c = quoted('"')) {
      take(c == '\\' ? escaped() : c);
    }
  }

  /** Within double quotes a backslash means something before a quote or a backslash only. */
  private char escaped() {
    boolean special =
        position < line.length() && (line.charAt(position) == '"' || line.charAt(position) == '\\');
    return special ? quoted('"') : '\\';
  }

  private char quoted(char quote) {
    return next("there is no closing " + quote);
  }

  private char next(String complaint) {
    if (position == line.length()) {
      throw new InvalidException(complaint);
    }
    return line.charAt(position++);
  }
}
