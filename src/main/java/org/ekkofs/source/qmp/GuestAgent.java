package org.ekkofs.source.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Names;
import org.ekkofs.model.RefusedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent in a guest, which can have its file systems hold still. For one thread. */
final class GuestAgent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GuestAgent.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration GREETING = Duration.ofSeconds(10);
  private static final long MAX_ID = 1L << 31;

  private final String description;
  private final Line line;
  private final Duration patience;

  private GuestAgent(String description, Line line, Duration patience) {
    this.description = description;
    this.line = line;
    this.patience = patience;
  }

  /**
   * Connects to an agent.
   *
   * @throws FailedException if nobody listens there
   * @throws RefusedException if it does not answer
   */
  static GuestAgent connect(Path socket) {
    return connect(socket, GREETING, PATIENCE);
  }

  static GuestAgent connect(Path socket, Duration greeting, Duration patience) {
    String description = "the guest agent at " + socket;
    GuestAgent agent = new GuestAgent(description, Line.open(description, socket), patience);
    try {
      agent.synchronise(greeting);
      return agent;
    } catch (RuntimeException e) {
      agent.close();
      throw e;
    }
  }

  /** Answers to what others have asked before may still lie in the socket. */
  private void synchronise(Duration wait) {
    long id = ThreadLocalRandom.current().nextLong(1, MAX_ID);
    Line.Deadline deadline = new Line.Deadline(wait);
    line.write(command("guest-sync", Line.object().put("id", id)), deadline);
    while (line.read(deadline).orElseThrow(this::silent).path("return").asLong() != id) {
      // That was somebody else's.
    }
  }

  private RefusedException silent() {
    return new RefusedException(
        description + " does not answer: the guest does not run it, or somebody else is connected");
  }

  private static ObjectNode command(String name, ObjectNode arguments) {
    ObjectNode command = Line.object().put("execute", name);
    command.set("arguments", arguments);
    return command;
  }

  /**
   * Does something while the guest's file systems hold still. Whatever happens, they are told to go
   * on.
   *
   * @throws FailedException if they do not hold still, and then nothing is done
   */
  void whileFrozen(Runnable work) {
    Throwable failure = null;
    try {
      execute("guest-fsfreeze-freeze");
      work.run();
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    } finally {
      thaw(failure);
    }
  }

  private void thaw(@Nullable Throwable failure) {
    try {
      execute("guest-fsfreeze-thaw");
    } catch (FailedException e) {
      if (failure == null) {
        throw e;
      }
      failure.addSuppressed(e);
      LOG.warn("the guest may still be frozen: {}", e.getMessage());
    }
  }

  private void execute(String command) {
    Line.Deadline deadline = new Line.Deadline(patience);
    line.write(command(command, Line.object()), deadline);
    JsonNode said = line.read(deadline).orElseThrow(line::silent);
    if (!said.has("return")) {
      throw new FailedException(
          "%s denies %s: %s"
              .formatted(
                  description, command, Names.printable(said.path("error").path("desc").asText())));
    }
  }

  @Override
  public void close() {
    line.close();
  }
}
