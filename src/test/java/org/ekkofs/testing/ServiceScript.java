package org.ekkofs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/**
 * One of the scripts that run real servers, with a folder and ports of its own. Where the server is
 * not installed the test is skipped.
 */
record ServiceScript(String name, Path folder, Map<String, String> settings) {
  private static final int NOT_INSTALLED = 77;

  /** Below what the kernel gives to clients, so that a server finds its port free again. */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 32_000;

  /** Starts the server unless it runs, and returns what the script says of it, when it answers. */
  Map<String, String> start() {
    return run("start")
        .lines()
        .map(line -> line.split("=", 2))
        .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
  }

  /** Ends it, as its owner does. */
  void stop() {
    run("stop");
  }

  /** Ends it in the middle of whatever it does. */
  void kill() {
    run("kill");
  }

  private String run(String command) {
    try {
      Files.createDirectories(folder);
      Path log = folder.resolve("script.log");
      Process process = builder(command).redirectError(log.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      String words = Files.readString(log);
      Assumptions.assumeTrue(status != NOT_INSTALLED, words);
      assertThat(status).as("%s %s: %s", name, command, words).isZero();
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private ProcessBuilder builder(String command) {
    Path script = Path.of("src/test/services", name).toAbsolutePath();
    ProcessBuilder builder =
        new ProcessBuilder(script.toString(), command, folder.toString())
            .redirectInput(new java.io.File("/dev/null"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(settings);
    return builder;
  }

  /** The first of so many ports in a row of which nobody uses any. */
  static int freePorts(int count) {
    Random random = new Random();
    while (true) {
      int first = random.nextInt(FIRST_PORT, LAST_PORT - count);
      if (areFree(first, count)) {
        return first;
      }
    }
  }

  private static boolean areFree(int first, int count) {
    for (int port = first; port < first + count; port++) {
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
        assertThat(socket.isBound()).isTrue();
      } catch (IOException taken) {
        return false;
      }
    }
    return true;
  }
}
