package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.model.InvalidException;

/** The environment variables, and the files that they or custom name. */
record Environment(Map<String, String> variables) {
  private static final long MAX_FILE = 1 << 20;

  Environment {
    variables = Map.copyOf(variables);
  }

  /** The first of these variables that is set to something. */
  Optional<String> get(String... names) {
    for (String name : names) {
      String value = variables.get(name);
      if (value != null && !value.isBlank()) {
        return Optional.of(value.strip());
      }
    }
    return Optional.empty();
  }

  /** The file that a variable names; otherwise this one of the user's. */
  Path file(String variable, String custom) {
    return get(variable).map(this::path).orElseGet(() -> home().resolve(custom));
  }

  Path path(String text) {
    return text.startsWith("~/") ? home().resolve(text.substring(2)) : Path.of(text);
  }

  /** The user's folder. */
  Path home() {
    return Path.of(get("HOME").orElseGet(() -> System.getProperty("user.home")));
  }

  /**
   * The text of a file, if there is one.
   *
   * @throws InvalidException if there is one that cannot be read
   */
  static Optional<String> read(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IOException("it is too large");
      }
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      throw new InvalidException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The address of a server.
   *
   * @param what where it was written
   * @throws InvalidException if it is none
   */
  static URI server(String text, String what) {
    try {
      URI address = new URI(text);
      if (("http".equals(address.getScheme()) || "https".equals(address.getScheme()))
          && address.getHost() != null
          && address.getUserInfo() == null) {
        return address;
      }
    } catch (URISyntaxException e) {
      throw new InvalidException(what + " is not the address of a server", e);
    }
    throw new InvalidException(
        what + " must be https://HOST[:PORT][/PATH], or http:// without encryption");
  }

  /** Without the values, of which some are secret. */
  @Override
  public String toString() {
    return "environment";
  }
}
