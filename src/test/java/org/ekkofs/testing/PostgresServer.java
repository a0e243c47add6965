package org.ekkofs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A PostgreSQL server of its own for a test, which is skipped where there is none installed. */
public final class PostgresServer implements AutoCloseable {
  private static final Path SCRIPT = Path.of("src/test/services/postgresql").toAbsolutePath();
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static final String USER = "ekkofs";
  private static final String PASSWORD = "secret";

  private final Path folder;
  private final int port;
  private final String tls;

  private PostgresServer(Path folder, int port, String tls) {
    this.folder = folder;
    this.port = port;
    this.tls = tls;
  }

  /** Starts one with an empty database. */
  public static PostgresServer start() {
    return start("no");
  }

  /** Starts one that also serves TLS, with a certificate by {@link #authority}. */
  public static PostgresServer startTls() {
    return start("yes");
  }

  private static PostgresServer start(String tls) {
    Assumptions.assumeTrue(Files.isDirectory(INSTALLED), "PostgreSQL is not installed");
    try {
      PostgresServer server =
          new PostgresServer(Files.createTempDirectory("ekkofs-postgresql"), freePort(), tls);
      server.restart();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** The address of its database. */
  public String address() {
    return "postgresql://%s@127.0.0.1:%d/ekkofs".formatted(USER, port);
  }

  /** The address of another one of its databases. */
  public String address(String database) {
    return "postgresql://%s@127.0.0.1:%d/%s".formatted(USER, port, database);
  }

  /** The certificate of the authority that has signed the server's. */
  public Path authority() {
    return folder.resolve("ca.pem");
  }

  /** The environment variables that let one in. */
  public Map<String, String> environment() {
    return Map.of("PGPASSWORD", PASSWORD);
  }

  /** Starts it if it does not run. */
  public void restart() {
    script("start");
  }

  /** Stops it. */
  public void stop() {
    script("stop");
  }

  /** Stops it as if it had crashed. */
  public void kill() {
    script("kill");
  }

  /** Runs a statement; gives what it answers first, or the empty text. */
  public String sql(String statement) {
    String url = "jdbc:postgresql://127.0.0.1:%d/ekkofs".formatted(port);
    try (Connection connection = DriverManager.getConnection(url, USER, PASSWORD);
        Statement run = connection.createStatement()) {
      if (!run.execute(statement)) {
        return "";
      }
      try (ResultSet results = run.getResultSet()) {
        return results.next() ? results.getString(1) : "";
      }
    } catch (SQLException e) {
      throw new AssertionError(statement, e);
    }
  }

  private void script(String command) {
    try {
      Path said = folder.resolve("said-" + command);
      ProcessBuilder builder =
          new ProcessBuilder(SCRIPT.toString(), command, folder.toString())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile());
      builder.environment().put("PG_PORT", Integer.toString(port));
      builder.environment().put("PG_TLS", tls);
      if (builder.start().waitFor() != 0) {
        throw new AssertionError(Files.readString(said, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
