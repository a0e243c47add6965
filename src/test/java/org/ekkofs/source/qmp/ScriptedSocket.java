package org.ekkofs.source.qmp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;
import java.util.function.Function;

/** A unix socket that greets one client, and answers each line that it says. */
final class ScriptedSocket implements AutoCloseable {
  private final Path path;
  private final ServerSocketChannel server;
  private final Thread thread;

  /** What the client has said. */
  final List<String> heard = Collections.synchronizedList(new ArrayList<>());

  /**
   * Begins to listen.
   *
   * @param answer to a line, with its end; the connection is ended if there is none
   */
  ScriptedSocket(Path path, String greeting, Function<String, Optional<String>> answer)
      throws IOException {
    this.path = path;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    this.thread = new Thread(() -> serve(greeting, answer));
    thread.start();
  }

  private void serve(String greeting, Function<String, Optional<String>> answer) {
    try (SocketChannel client = server.accept();
        Scanner lines = new Scanner(Channels.newInputStream(client), StandardCharsets.UTF_8)) {
      say(client, greeting);
      while (lines.hasNextLine()) {
        String line = lines.nextLine();
        heard.add(line);
        Optional<String> said = answer.apply(line);
        if (said.isEmpty()) {
          return;
        }
        say(client, said.get());
      }
    } catch (IOException clientIsGone) {
      return;
    }
  }

  private static void say(SocketChannel client, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      client.write(bytes);
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      server.close();
      thread.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
