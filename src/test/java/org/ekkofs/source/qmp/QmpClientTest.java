package org.ekkofs.source.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QmpClientTest {
  private static final String GREETING = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(50);

  @TempDir Path folder;

  private ScriptedSocket socket(String greeting, Function<String, Optional<String>> answer)
      throws IOException {
    return new ScriptedSocket(folder.resolve("s"), greeting, answer);
  }

  /** An answer to a command, whose id is that of the line. */
  private static Optional<String> answer(String line, String what) {
    String id = line.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1");
    return Optional.of("{\"id\": \"" + id + "\", " + what + "}\n");
  }

  private static Optional<String> done(String line) {
    return answer(line, "\"return\": {}");
  }

  @Test
  void eventsAndAnswersToOthersAreNotTakenForTheAnswer() throws IOException {
    String noise =
        "{\"event\": \"STOP\"}\n\n{\"id\": \"ekkofs-0\", \"return\": 1}\n{\"return\": 2}\n";
    try (ScriptedSocket socket =
            socket(
                GREETING,
                line ->
                    line.contains("query")
                        ? Optional.of(noise + answer(line, "\"return\": 3").get())
                        : done(line));
        QmpClient client = QmpClient.connect(socket.path(), LONG, LONG)) {
      assertThat(client.execute("query-x").asInt()).isEqualTo(3);
      assertThat(socket.heard.get(0)).contains("qmp_capabilities");
    }
  }

  @Test
  void anErrorIsOneLineWithQemusWords() throws IOException {
    String error = "\"error\": {\"class\": \"GenericError\", \"desc\": \"no\\u001b[1m way\"}";
    try (ScriptedSocket socket =
            socket(GREETING, line -> line.contains("bad") ? answer(line, error) : done(line));
        QmpClient client = QmpClient.connect(socket.path(), LONG, LONG)) {
      assertThatThrownBy(() -> client.execute("bad"))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("denies bad: no?[1m way");
      assertThat(client.ask("bad", Line.object())).isInstanceOf(QmpClient.Answer.Denied.class);
    }
  }

  @Test
  void aMonitorThatDoesNotGreetIsSomebodyElses() throws IOException {
    try (ScriptedSocket socket = socket("", QmpClientTest::done)) {
      assertThatThrownBy(() -> QmpClient.connect(socket.path(), SHORT, LONG))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("somebody else is connected");
    }
  }

  @Test
  void whoeverStopsAnsweringIsNotWaitedForForEver() throws IOException {
    try (ScriptedSocket socket =
            socket(GREETING, line -> line.contains("query") ? Optional.of("\n") : done(line));
        QmpClient client = QmpClient.connect(socket.path(), LONG, SHORT.multipliedBy(20))) {
      assertThatThrownBy(() -> client.execute("query-x"))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("does not answer");
    }
  }

  @Test
  void whoeverEndsTheConnectionIsGone() throws IOException {
    try (ScriptedSocket socket =
            socket(GREETING, line -> line.contains("query") ? Optional.empty() : done(line));
        QmpClient client = QmpClient.connect(socket.path(), LONG, LONG)) {
      assertThatThrownBy(() -> client.execute("query-x"))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("has ended the connection");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SSH-2.0-server\n", "{}\n", "[]\n", "1\n", "{\"QMP\": 1}\n", "{\"a\n"})
  void whatIsNoMonitorIsRefused(String greeting) throws IOException {
    try (ScriptedSocket socket = socket(greeting, QmpClientTest::done)) {
      assertThatThrownBy(() -> QmpClient.connect(socket.path(), LONG, LONG))
          .isInstanceOf(FailedException.class);
    }
  }

  @Test
  void jsonThatIsTooDeepMakesNoSense() throws IOException {
    String deep = "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}\n";
    try (ScriptedSocket socket = socket(deep, QmpClientTest::done)) {
      assertThatThrownBy(() -> QmpClient.connect(socket.path(), LONG, LONG))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("makes no sense");
    }
  }

  @Test
  void aLineWithoutEndIsTooLong() throws IOException {
    try (ScriptedSocket socket = socket("x".repeat(17 << 20), QmpClientTest::done)) {
      assertThatThrownBy(() -> QmpClient.connect(socket.path(), LONG, LONG))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("at once");
    }
  }

  @Test
  void anInterruptNeitherStopsACommandNorIsForgotten() throws IOException {
    try (ScriptedSocket socket = socket(GREETING, QmpClientTest::done);
        QmpClient client = QmpClient.connect(socket.path(), LONG, LONG)) {
      Thread.currentThread().interrupt();
      assertThat(client.execute("query-x").isObject()).isTrue();
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void whereNobodyListensIsSaid() {
    assertThatThrownBy(() -> QmpClient.connect(folder.resolve("nothing")))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("cannot be reached");
  }
}
