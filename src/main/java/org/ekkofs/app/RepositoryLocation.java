package org.ekkofs.app;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.jclouds.RemoteStores;

/** Where a repository lies. */
sealed interface RepositoryLocation {
  /** In an absolute folder. */
  record Folder(Path path) implements RepositoryLocation {
    @Override
    public Optional<Path> folder() {
      return Optional.of(path);
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }

  /** In a bucket or container of a remote store. */
  record Bucket(BucketAddress address) implements RepositoryLocation {
    @Override
    public Optional<Path> folder() {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return address.toString();
    }
  }

  /** The folder, if it is one. */
  Optional<Path> folder();

  /**
   * Reads a path, {@code file:///path}, or the address of a bucket.
   *
   * @throws InvalidException if it is empty, no path, or an address of another kind
   */
  static RepositoryLocation parse(String text) {
    if (text.isBlank()) {
      throw new InvalidException("the name of the repository is empty");
    }
    return LocationSyntax.parse(text);
  }

  /** How locations are written. */
  final class LocationSyntax {
    private static final Pattern ADDRESS = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)");
    private static final String FILE = "file:";

    private LocationSyntax() {}

    private static RepositoryLocation parse(String text) {
      if (text.startsWith(FILE)) {
        return folder(pathOf(text));
      }
      Matcher address = ADDRESS.matcher(text);
      return address.matches() ? bucket(text, address.group(1), address.group(2)) : folder(text);
    }

    private static RepositoryLocation bucket(String text, String scheme, String rest) {
      if (!RemoteStores.SCHEMES.contains(scheme)) {
        throw new InvalidException(
            "repository %s: \"%s://\" is not supported; a repository is /path, file:///path, or %s://bucket"
                .formatted(
                    Names.printable(text),
                    scheme,
                    String.join("://bucket, ", RemoteStores.SCHEMES)));
      }
      return new Bucket(BucketAddress.parse(scheme, rest));
    }

    private static RepositoryLocation folder(String path) {
      try {
        return new Folder(Path.of(path).toAbsolutePath().normalize());
      } catch (InvalidPathException e) {
        throw new InvalidException(
            "\"" + Names.printable(path) + "\" cannot be the path of a repository", e);
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
  }
}
