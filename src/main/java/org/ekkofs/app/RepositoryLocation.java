package org.ekkofs.app;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/** Where a repository lies: an absolute folder. */
record RepositoryLocation(Path folder) {
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");
  private static final String FILE = "file:";

  /**
   * Reads a path or {@code file:///path}.
   *
   * @throws InvalidException if it is empty, no path, or an address of another kind
   */
  static RepositoryLocation parse(String text) {
    if (text.isBlank()) {
      throw new InvalidException("the name of the repository is empty");
    }
    String path = text.startsWith(FILE) ? pathOf(text) : text;
    if (path.equals(text) && SCHEME.matcher(text).matches() && text.contains("://")) {
      throw new InvalidException(
          "repository %s: \"%s\" is not supported; a repository is /path or file:///path"
              .formatted(Names.printable(text), text.substring(0, text.indexOf("://") + 3)));
    }
    try {
      return new RepositoryLocation(Path.of(path).toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      throw new InvalidException(
          "\"" + Names.printable(text) + "\" cannot be the path of a repository", e);
    }
  }

  private static String pathOf(String address) {
    String rest = address.substring(FILE.length());
    if (rest.startsWith("///")) {
      return rest.substring(2);
    }
    if (rest.startsWith("/") && !rest.startsWith("//")) {
      return rest;
    }
    throw new InvalidException(
        "repository %s: write file:///path".formatted(Names.printable(address)));
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
