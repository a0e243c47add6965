package org.ekkofs.source;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/** Where a disk is that is to be backed up, as a user writes it. */
public sealed interface SourceAddress {
  /** A file or a block device, in whatever format. */
  record Image(Path path) implements SourceAddress {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * An export of an NBD server, {@code nbd://HOST/EXPORT} or {@code nbd+unix:///EXPORT?socket=}.
   */
  record Nbd(String uri) implements SourceAddress {
    @Override
    public String toString() {
      return uri;
    }
  }

  /**
   * A disk of a machine that QEMU runs.
   *
   * @param socket where QEMU takes commands (QMP), a unix socket
   * @param node what QEMU calls the disk
   */
  record Machine(Path socket, String node) implements SourceAddress {
    @Override
    public String toString() {
      return QMP + socket + NODE + node;
    }
  }

  /** What the address of a machine begins with. */
  String QMP = "qmp:";

  /** What follows the socket in the address of a machine. */
  String NODE = "?node=";

  /** How addresses begin that are no paths. */
  Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*", Pattern.DOTALL);

  /**
   * Reads an address: {@code nbd://…}, {@code nbd+unix://…}, {@code qmp:SOCKET?node=NAME}; anything
   * else is a path.
   *
   * @throws InvalidException if it is none of these, or misses something
   */
  static SourceAddress parse(String text) {
    if (text.startsWith(QMP)) {
      return machine(text);
    }
    if (text.startsWith("nbd://") || text.startsWith("nbd+unix://")) {
      return nbd(text);
    }
    if (SCHEME.matcher(text).matches()) {
      throw new InvalidException(
          "\"%s\" cannot be backed up: write a path, nbd://HOST/EXPORT, nbd+unix:///EXPORT?socket=PATH or qmp:PATH?node=NAME"
              .formatted(Names.printable(text)));
    }
    return new Image(path(text, text));
  }

  private static Machine machine(String text) {
    int query = text.lastIndexOf('?');
    if (query < 0 || !text.startsWith(NODE, query) || text.length() == query + NODE.length()) {
      throw new InvalidException(
          "\"%s\" does not say which disk of the machine: write qmp:PATH?node=NAME"
              .formatted(Names.printable(text)));
    }
    String node = text.substring(query + NODE.length());
    if (node.chars().anyMatch(c -> Character.isISOControl(c) || c == '&' || c == ' ')) {
      throw new InvalidException("\"%s\" is no name of a node".formatted(Names.printable(node)));
    }
    return new Machine(path(text.substring(QMP.length(), query), text), node);
  }

  private static Nbd nbd(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new InvalidException(
          "\"%s\" is no NBD address: %s".formatted(Names.printable(text), e.getReason()), e);
    }
    String query = uri.getQuery() == null ? "" : uri.getQuery();
    boolean unix = text.startsWith("nbd+unix:");
    boolean socket = Arrays.stream(query.split("&")).anyMatch(part -> part.matches("socket=.+"));
    if (unix && !socket) {
      throw new InvalidException(
          "\"%s\" names no socket: write nbd+unix:///EXPORT?socket=PATH"
              .formatted(Names.printable(text)));
    }
    if (!unix && uri.getHost() == null) {
      throw new InvalidException(
          "\"%s\" names no host: write nbd://HOST/EXPORT".formatted(Names.printable(text)));
    }
    return new Nbd(text);
  }

  private static Path path(String word, String text) {
    if (word.isBlank()) {
      throw new InvalidException(
          "\"%s\": the name of a file is empty".formatted(Names.printable(text)));
    }
    try {
      return Path.of(word);
    } catch (InvalidPathException e) {
      throw new InvalidException("\"" + Names.printable(text) + "\" cannot be a path", e);
    }
  }
}
