package org.ekkofs.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/** A client's connection to a server, with somebody between them. Of one thread. */
final class FaultyConnection {
  private final Socket client;
  private final Socket server;
  private final InputStream fromClient;
  private final InputStream fromServer;

  private FaultyConnection(Socket client, Socket server) throws IOException {
    this.client = client;
    this.server = server;
    this.fromClient = new BufferedInputStream(client.getInputStream());
    this.fromServer = new BufferedInputStream(server.getInputStream());
  }

  /** Serves a client until it asks nothing more, or its connection is to break. */
  static void serve(Socket client, InetSocketAddress address, FaultyHttp faults) {
    try (client;
        Socket server = new Socket(address.getAddress(), address.getPort())) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      new FaultyConnection(client, server).serve(faults);
    } catch (IOException broken) {
      reset(client);
    }
  }

  /** Breaks a connection. */
  static void reset(Socket socket) {
    try (socket) {
      socket.setSoLinger(true, 0);
    } catch (IOException closed) {
      // So it was broken already.
      return;
    }
  }

  private void serve(FaultyHttp faults) throws IOException {
    boolean open = true;
    while (open) {
      Optional<HttpMessage> request = HttpMessage.request(fromClient);
      open = request.isPresent() && relay(request.get(), faults);
    }
  }

  /** Does what is asked, or what is to go wrong; says whether the connection goes on. */
  private boolean relay(HttpMessage request, FaultyHttp faults) throws IOException {
    Optional<HttpFault> fault = faults.of(request);
    if (fault.isEmpty()) {
      write(ask(request));
      return true;
    }
    Optional<HttpMessage> error = fault.get().answer();
    if (error.isPresent()) {
      write(request.method().equals("HEAD") ? error.get().withoutBody() : error.get());
      return true;
    }
    if (fault.get() == HttpFault.CHANGED_BYTE) {
      writeChanged(ask(request), faults.fired(HttpFault.CHANGED_BYTE));
      return true;
    }
    harm(request, fault.get());
    return false;
  }

  /** Does harm, after which the connection is of no use. */
  private void harm(HttpMessage request, HttpFault fault) throws IOException {
    switch (fault) {
      case RESET -> reset(client);
      case RESET_IN_REQUEST -> {
        request.write(server.getOutputStream(), request.body().length / 2);
        reset(server);
        reset(client);
      }
      case ANSWER_LOST -> {
        ask(request);
        reset(client);
      }
      case RESET_IN_BODY -> {
        writeHalf(ask(request));
        reset(client);
      }
      case TRUNCATED -> writeHalf(ask(request));
      case STALLED -> waitForClient();
      case STALLED_IN_BODY -> {
        writeHalf(ask(request));
        waitForClient();
      }
      default -> throw new IllegalStateException(fault.toString());
    }
  }

  private HttpMessage ask(HttpMessage request) throws IOException {
    request.write(server.getOutputStream(), request.body().length);
    HttpMessage answer = HttpMessage.answer(fromServer, request);
    while (answer.status() < 200) {
      answer = HttpMessage.answer(fromServer, request);
    }
    return answer;
  }

  private void write(HttpMessage answer) throws IOException {
    answer.write(client.getOutputStream(), answer.body().length);
  }

  /** Each time another byte. */
  private void writeChanged(HttpMessage answer, int times) throws IOException {
    int length = answer.body().length;
    answer.body()[(length / 2 + times) % length] ^= 1;
    write(answer);
  }

  private void writeHalf(HttpMessage answer) throws IOException {
    answer.write(client.getOutputStream(), answer.body().length / 2);
  }

  /** Until it gives up. */
  private void waitForClient() throws IOException {
    fromClient.transferTo(java.io.OutputStream.nullOutputStream());
  }
}
