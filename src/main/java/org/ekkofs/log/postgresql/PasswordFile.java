package org.ekkofs.log.postgresql;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ekkofs.model.Causes;
import org.ekkofs.model.RefusedException;

/**
 * A file of passwords as PostgreSQL's own programs read it: lines {@code
 * host:port:database:user:password}, of which the first that fits counts. A star fits everything; a
 * backslash takes the meaning from the character after it.
 */
record PasswordFile(Path path) {
  private static final int FIELDS = 5;

  /**
   * The password for a user of a database; empty if the file, or a line that fits, is not there.
   *
   * @throws RefusedException if others may read the file, or it cannot be read
   */
  Optional<String> find(DatabaseAddress.Server server, String database, String user) {
    List<String> wanted = List.of(server.host(), Integer.toString(server.port()), database, user);
    try {
      if (!Files.exists(path)) {
        return Optional.empty();
      }
      requirePrivate();
      for (String line : Files.readAllLines(path, StandardCharsets.UTF_8)) {
        List<String> fields = fields(line);
        if (fields.size() == FIELDS && fits(fields, wanted)) {
          return Optional.of(fields.get(FIELDS - 1));
        }
      }
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new RefusedException("cannot read %s: %s".formatted(path, Causes.of(e)), e);
    }
  }

  private void requirePrivate() throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
    if (permissions.stream().anyMatch(permission -> !permission.name().startsWith("OWNER_"))) {
      throw new RefusedException(
          "others have access to the passwords in %s; take it away: chmod 600 %s"
              .formatted(path, path));
    }
  }

  private static boolean fits(List<String> fields, List<String> wanted) {
    for (int n = 0; n < wanted.size(); n++) {
      if (!fields.get(n).equals("*") && !fields.get(n).equals(wanted.get(n))) {
        return false;
      }
    }
    return true;
  }

  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    if (line.startsWith("#")) {
      return fields;
    }
    StringBuilder field = new StringBuilder();
    for (int n = 0; n < line.length(); n++) {
      char c = line.charAt(n);
      if (c == '\\' && n + 1 < line.length()) {
        field.append(line.charAt(++n));
      } else if (c == ':' && fields.size() < FIELDS - 1) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
