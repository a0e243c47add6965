package org.ekkofs.source.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Names;
import org.ekkofs.model.RefusedException;

/**
 * The only client of a monitor of QEMU. Safe for use by many threads: one command at a time. Every
 * command has half a minute; an interrupt does not shorten that.
 */
final class QmpClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration GREETING = Duration.ofSeconds(3);

  private final String description;
  private final Line line;
  private final Duration patience;
  private long lastId;

  private QmpClient(String description, Line line, Duration patience) {
    this.description = description;
    this.line = line;
    this.patience = patience;
  }

  /** What came of a command: its result, or why there is none. */
  sealed interface Answer {
    /** It was carried out. */
    record Done(JsonNode value) implements Answer {}

    /**
     * It was not.
     *
     * @param kind QEMU's word for the kind of error
     * @param why QEMU's words
     */
    record Denied(String kind, String why) implements Answer {}
  }

  /**
   * Connects to a monitor.
   *
   * @throws FailedException if nobody listens there, or what listens is no monitor
   * @throws RefusedException if it lets nobody in, which is so while somebody else is
   */
  static QmpClient connect(Path socket) {
    return connect(socket, GREETING, PATIENCE);
  }

  static QmpClient connect(Path socket, Duration greeting, Duration patience) {
    String description = "the machine at " + socket;
    Line line = Line.open(description, socket);
    try {
      greet(line, description, greeting);
      QmpClient client = new QmpClient(description, line, patience);
      client.execute("qmp_capabilities", Line.object());
      return client;
    } catch (RuntimeException e) {
      line.close();
      throw e;
    }
  }

  private static void greet(Line line, String description, Duration wait) {
    Optional<JsonNode> greeting = line.read(new Line.Deadline(wait));
    if (greeting.isEmpty()) {
      throw new RefusedException(
          description
              + " does not answer: somebody else is connected to its monitor, which takes one at a"
              + " time; give it a second one for ekkofs (-qmp unix:PATH,server=on,wait=off)");
    }
    if (!greeting.get().path("QMP").isObject()) {
      throw new FailedException(description + " is no monitor of QEMU (QMP)");
    }
  }

  /** What to call the machine in messages. */
  String description() {
    return description;
  }

  /**
   * Has a command carried out.
   *
   * @throws FailedException if it is not, with QEMU's words; or if QEMU is gone or does not answer,
   *     and then nobody knows
   */
  JsonNode execute(String command, ObjectNode arguments) {
    Answer answer = ask(command, arguments);
    if (answer instanceof Answer.Done done) {
      return done.value();
    }
    throw failed(command, (Answer.Denied) answer);
  }

  /** A command without arguments. */
  JsonNode execute(String command) {
    return execute(command, Line.object());
  }

  /** What the user is told of a command that was denied. */
  FailedException failed(String command, Answer.Denied denied) {
    return new FailedException(
        "%s denies %s: %s".formatted(description, command, Names.printable(denied.why())));
  }

  /**
   * Asks for a command to be carried out.
   *
   * @throws FailedException if QEMU is gone or does not answer, and then nobody knows whether it
   *     was
   */
  synchronized Answer ask(String command, ObjectNode arguments) {
    Line.Deadline deadline = new Line.Deadline(patience);
    String id = "ekkofs-" + ++lastId;
    ObjectNode message = Line.object().put("execute", command).put("id", id);
    message.set("arguments", arguments);
    line.write(message, deadline);
    while (true) {
      JsonNode said = line.read(deadline).orElseThrow(line::silent);
      // What else is said are events, and late answers to what is not waited for any more.
      if (said.path("id").asText().equals(id)) {
        return answer(said);
      }
    }
  }

  private Answer answer(JsonNode said) {
    if (said.has("return")) {
      return new Answer.Done(said.get("return"));
    }
    JsonNode error = said.path("error");
    return new Answer.Denied(error.path("class").asText(), error.path("desc").asText());
  }

  @Override
  public synchronized void close() {
    line.close();
  }
}
