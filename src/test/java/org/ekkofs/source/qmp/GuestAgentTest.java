package org.ekkofs.source.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestAgentTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path folder;
  private final List<String> done = new ArrayList<>();

  private ScriptedSocket agent(String freeze) throws IOException {
    Function<String, Optional<String>> answer =
        line -> {
          if (line.contains("guest-sync")) {
            String id = line.replaceAll(".*\"id\":([0-9]+).*", "$1");
            return Optional.of("{\"return\": 5}\n{\"return\": " + id + "}\n");
          }
          return Optional.of(line.contains("freeze-freeze") ? freeze : "{\"return\": 1}\n");
        };
    return new ScriptedSocket(folder.resolve("agent"), "", answer);
  }

  private static String last(ScriptedSocket socket) {
    return socket.heard.get(socket.heard.size() - 1);
  }

  @Test
  void theGuestIsFrozenWhileTheWorkIsDoneAndThawedAfterwards() throws IOException {
    try (ScriptedSocket socket = agent("{\"return\": 2}\n");
        GuestAgent agent = GuestAgent.connect(socket.path(), LONG, LONG)) {
      agent.whileFrozen(() -> done.add(last(socket)));
      assertThat(done).singleElement().asString().contains("guest-fsfreeze-freeze");
      assertThat(last(socket)).contains("guest-fsfreeze-thaw");
    }
  }

  @Test
  void theGuestIsThawedIfTheWorkFails() throws IOException {
    try (ScriptedSocket socket = agent("{\"return\": 2}\n");
        GuestAgent agent = GuestAgent.connect(socket.path(), LONG, LONG)) {
      assertThatThrownBy(
              () ->
                  agent.whileFrozen(
                      () -> {
                        throw new FailedException("the work");
                      }))
          .hasMessage("the work");
      assertThat(last(socket)).contains("guest-fsfreeze-thaw");
    }
  }

  @Test
  void theGuestIsThawedAndNothingIsDoneIfItDoesNotFreeze() throws IOException {
    try (ScriptedSocket socket = agent("{\"error\": {\"desc\": \"busy\"}}\n");
        GuestAgent agent = GuestAgent.connect(socket.path(), LONG, LONG)) {
      assertThatThrownBy(() -> agent.whileFrozen(() -> done.add("done")))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("denies guest-fsfreeze-freeze: busy");
      assertThat(done).isEmpty();
      assertThat(last(socket)).contains("guest-fsfreeze-thaw");
    }
  }

  @Test
  void anAgentThatDoesNotRunIsSaid() throws IOException {
    Duration brief = Duration.ofMillis(50);
    try (ScriptedSocket socket =
        new ScriptedSocket(folder.resolve("agent"), "", line -> Optional.of("\n"))) {
      assertThatThrownBy(() -> GuestAgent.connect(socket.path(), brief, LONG))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("does not answer");
    }
  }
}
