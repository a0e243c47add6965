package org.ekkofs.log.postgresql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import org.postgresql.Driver;

/**
 * How to get a connection: an address, and from the environment what PostgreSQL's own programs take
 * from there. What the environment says goes before what the address says, which many share.
 */
record Login(DatabaseAddress address, Map<String, String> environment) {
  private static final String CONNECT_SECONDS = "10";

  /** After this time without an answer a connection counts as broken. */
  private static final String ANSWER_SECONDS = "30";

  private static final Map<String, String> OPTION_VARIABLES =
      Map.of(
          "sslmode", "PGSSLMODE",
          "sslrootcert", "PGSSLROOTCERT",
          "sslcert", "PGSSLCERT",
          "sslkey", "PGSSLKEY");

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  String user() {
    return variable("PGUSER")
        .or(address::user)
        .or(() -> variable("USER"))
        .orElseGet(() -> System.getProperty("user.name", "ekkofs"));
  }

  private Optional<String> password() {
    return variable("PGPASSWORD")
        .or(
            () ->
                passwordFile()
                    .flatMap(
                        file -> file.find(address.servers().get(0), address.database(), user())));
  }

  private Optional<PasswordFile> passwordFile() {
    return variable("PGPASSFILE")
        .map(Path::of)
        .or(() -> variable("HOME").map(home -> Path.of(home, ".pgpass")))
        .map(PasswordFile::new);
  }

  /** A new connection, to be closed. */
  Connection connect() throws SQLException {
    return new Driver().connect(url(), properties());
  }

  private String url() {
    return "jdbc:postgresql://"
        + address.servers().stream()
            .map(server -> server.host() + ":" + server.port())
            .collect(Collectors.joining(","))
        + "/"
        + address.database();
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("user", user());
    password().ifPresent(password -> properties.setProperty("password", password));
    OPTION_VARIABLES.forEach(
        (option, name) ->
            variable(name)
                .or(() -> Optional.ofNullable(address.options().get(option)))
                .ifPresent(value -> properties.setProperty(option, value)));
    DatabaseAddress.checkMode(Optional.ofNullable(properties.getProperty("sslmode")));
    properties.setProperty("ApplicationName", "ekkofs");
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_SECONDS);
    properties.setProperty("socketTimeout", ANSWER_SECONDS);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("gssEncMode", "disable");
    // What a standby does not have yet would look lost.
    properties.setProperty("targetServerType", "primary");
    // A pooler between here and the server gives each transaction another session.
    properties.setProperty("prepareThreshold", "0");
    return properties;
  }
}
