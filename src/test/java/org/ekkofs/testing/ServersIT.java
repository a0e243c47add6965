package org.ekkofs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The servers of tests do as they are told. */
class ServersIT {
  @TempDir Path folder;

  @Test
  void theS3ServerComesBackWhereItWas() {
    try (S3Server server = S3Server.start(folder)) {
      assertThat(answers(server)).isTrue();
      server.kill();
      assertThat(answers(server)).isFalse();
      server.restart();
      assertThat(answers(server)).isTrue();
      assertThat(server.authority()).isRegularFile();
    }
  }

  @Test
  void theSharedServersAreTheSameForAll() {
    assertThat(SwiftServer.shared()).isSameAs(SwiftServer.shared());
    assertThat(S3Server.shared()).isSameAs(S3Server.shared());
  }

  private static boolean answers(S3Server server) {
    try (Socket socket = new Socket(server.endpoint().getHost(), server.endpoint().getPort())) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }
}
