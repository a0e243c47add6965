package org.ekkofs.log.postgresql;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/**
 * Where a database is: {@code postgresql://[user@]host[:port][,host[:port]…]/database[?options]}.
 * Of several hosts the one that takes writes is used. Never holds a password.
 *
 * @param options those of {@link #OPTIONS} that are given; no others, since the address may come
 *     from a repository that somebody has tampered with
 */
public record DatabaseAddress(
    Optional<String> user, List<Server> servers, String database, Map<String, String> options) {
  /** What may follow the question mark. */
  public static final Set<String> OPTIONS = Set.of("sslmode", "sslrootcert", "sslcert", "sslkey");

  private static final int DEFAULT_PORT = 5432;
  private static final int MAX_LENGTH = 1000;
  private static final Set<String> SSL_MODES =
      Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  private static final Pattern ADDRESS =
      Pattern.compile(
          "postgres(?:ql)?://(?:([^@/?]*)@)?([^@/?]+)/([A-Za-z0-9_][A-Za-z0-9_.-]*)(?:\\?(.*))?");
  private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");
  private static final Pattern SERVER =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]*|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5}))?");
  private static final Pattern VALUE = Pattern.compile("[\\p{Graph}&&[^&=?#%]]+");

  /** A host and its port. */
  public record Server(String host, int port) {
    private static Server parse(String text) {
      Matcher server = SERVER.matcher(text);
      if (!server.matches()) {
        throw new InvalidException("\"" + Names.printable(text) + "\" is not HOST or HOST:PORT");
      }
      int port = server.group(2) == null ? DEFAULT_PORT : Integer.parseInt(server.group(2));
      if (port < 1 || port > 65_535) {
        throw new InvalidException("port " + port);
      }
      return new Server(server.group(1), port);
    }

    @Override
    public String toString() {
      return port == DEFAULT_PORT ? host : host + ":" + port;
    }
  }

  /** Copies the collections. */
  public DatabaseAddress {
    servers = List.copyOf(servers);
    options = Map.copyOf(options);
  }

  /** Whether a text means to be such an address. */
  public static boolean isMeant(String text) {
    return text.startsWith("postgresql:") || text.startsWith("postgres:");
  }

  /**
   * Reads an address.
   *
   * @throws InvalidException if it is none, or holds a password, which the message does not repeat
   */
  public static DatabaseAddress parse(String text) {
    Matcher address = ADDRESS.matcher(text);
    if (text.length() > MAX_LENGTH || !address.matches()) {
      throw new InvalidException(
          "the address of a database is postgresql://[USER@]HOST[:PORT]/DATABASE");
    }
    try {
      return new DatabaseAddress(
          Optional.ofNullable(address.group(1)).map(DatabaseAddress::user),
          Arrays.stream(address.group(2).split(",", -1)).map(Server::parse).toList(),
          address.group(3),
          options(Optional.ofNullable(address.group(4)).orElse("")));
    } catch (InvalidException e) {
      throw new InvalidException("the address of the database: " + e.getMessage(), e);
    }
  }

  private static String user(String text) {
    if (text.contains(":")) {
      throw password();
    }
    if (!USER.matcher(text).matches()) {
      throw new InvalidException("\"" + Names.printable(text) + "\" cannot be a user");
    }
    return text;
  }

  private static InvalidException password() {
    return new InvalidException(
        "it must not hold a password; set PGPASSWORD or write the password into ~/.pgpass");
  }

  private static Map<String, String> options(String text) {
    Map<String, String> options = new TreeMap<>();
    for (String option : text.isEmpty() ? new String[0] : text.split("&", -1)) {
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals);
      if (name.toLowerCase(Locale.ROOT).contains("password")) {
        throw password();
      }
      String value = equals < 0 ? "" : option.substring(equals + 1);
      if (!OPTIONS.contains(name) || !VALUE.matcher(value).matches()) {
        throw new InvalidException("its options are sslmode, sslrootcert, sslcert and sslkey");
      }
      options.put(name, value);
    }
    checkMode(Optional.ofNullable(options.get("sslmode")));
    return options;
  }

  /** Refuses what is no mode of TLS, which would else be taken for the default. */
  static void checkMode(Optional<String> mode) {
    if (mode.isPresent() && !SSL_MODES.contains(mode.get())) {
      throw new InvalidException(
          "sslmode is disable, allow, prefer, require, verify-ca or verify-full");
    }
  }

  /** Where it is, without user and options. */
  public String place() {
    return servers.stream().map(Server::toString).collect(Collectors.joining(",")) + "/" + database;
  }

  @Override
  public String toString() {
    String query =
        new TreeMap<>(options)
            .entrySet().stream()
                .map(option -> option.getKey() + "=" + option.getValue())
                .collect(Collectors.joining("&"));
    return "postgresql://"
        + user.map(name -> name + "@").orElse("")
        + place()
        + (query.isEmpty() ? "" : "?" + query);
  }
}
