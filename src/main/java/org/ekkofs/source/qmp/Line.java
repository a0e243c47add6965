package org.ekkofs.source.qmp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.jspecify.annotations.Nullable;

/**
 * A conversation of JSON lines over a unix socket. What the other side says is bounded, in the
 * length of a line and in the depth of its JSON, and so is the wait for it. An interrupt neither
 * ends it nor is forgotten: commands are short, and half of one would help nobody. For one thread.
 */
final class Line implements AutoCloseable {
  private static final int MAX_LINE = 16 << 20;
  private static final int MAX_DEPTH = 200;
  private static final int FIRST_BUFFER = 1 << 16;
  private static final JsonMapper MAPPER = mapper();

  private final String description;
  private final SocketChannel channel;
  private final Selector selector;
  private ByteBuffer received = ByteBuffer.allocate(FIRST_BUFFER);

  /** How much of what was received is known to hold no end of a line. */
  private int searched;

  private Line(String description, SocketChannel channel, Selector selector) {
    this.description = description;
    this.channel = channel;
    this.selector = selector;
  }

  private static JsonMapper mapper() {
    JsonMapper mapper = new JsonMapper();
    mapper
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength(MAX_LINE)
                .build());
    return mapper;
  }

  /** An empty JSON object. */
  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** What is left of a wait. */
  static final class Deadline {
    private final long end;

    /** So long from now. */
    Deadline(Duration wait) {
      this.end = System.nanoTime() + wait.toNanos();
    }

    /** Milliseconds, at least one while it is not over; then 0. */
    long left() {
      long nanos = end - System.nanoTime();
      return nanos <= 0 ? 0 : 1 + nanos / 1_000_000;
    }
  }

  /**
   * Connects.
   *
   * @param what the other side is, for messages
   * @throws FailedException if nobody listens there
   */
  static Line open(String what, Path socket) {
    SocketChannel channel = null;
    Selector selector = null;
    try {
      channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.configureBlocking(false);
      selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new Line(what, channel, selector);
    } catch (IOException e) {
      close(channel);
      close(selector);
      throw new FailedException("%s cannot be reached: %s".formatted(what, Causes.of(e)), e);
    }
  }

  private static void close(@Nullable Closeable half) {
    try {
      if (half != null) {
        half.close();
      }
    } catch (IOException e) {
      throw new FailedException("a socket cannot be closed: " + Causes.of(e), e);
    }
  }

  /**
   * Says something.
   *
   * @throws FailedException if it was not taken in time, or the connection is gone
   */
  void write(ObjectNode message, Deadline deadline) {
    write(message.toString() + "\n", deadline);
  }

  private void write(String text, Deadline deadline) {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        if (channel.write(bytes) == 0 && !ready(SelectionKey.OP_WRITE, deadline)) {
          throw silent();
        }
      }
    } catch (IOException e) {
      throw gone(e);
    }
  }

  private boolean ready(int operation, Deadline deadline) throws IOException {
    boolean interrupted = false;
    try {
      channel.keyFor(selector).interestOps(operation);
      for (long left = deadline.left(); left > 0; left = deadline.left()) {
        interrupted |= Thread.interrupted();
        selector.selectedKeys().clear();
        if (selector.select(left) > 0) {
          return true;
        }
      }
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * The next thing that the other side says; empty if it says nothing before the deadline.
   *
   * @throws FailedException if it is no JSON, or too much, or the connection is gone
   */
  Optional<JsonNode> read(Deadline deadline) {
    Optional<String> line = readLine(deadline);
    return line.isPresent() ? Optional.of(parse(line.get())) : Optional.empty();
  }

  private JsonNode parse(String line) {
    try {
      JsonNode node = MAPPER.readTree(line);
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      throw new FailedException(description + " says what makes no sense", e);
    }
    throw new FailedException(description + " says what makes no sense");
  }

  private Optional<String> readLine(Deadline deadline) {
    try {
      while (true) {
        Optional<String> line = taken();
        if (line.isPresent()) {
          if (!line.get().isBlank()) {
            return line;
          }
        } else if (!receive(deadline)) {
          return Optional.empty();
        }
      }
    } catch (IOException e) {
      throw gone(e);
    }
  }

  private boolean receive(Deadline deadline) throws IOException {
    if (!received.hasRemaining()) {
      grow();
    }
    int count = channel.read(received);
    if (count < 0) {
      throw new FailedException(description + " has ended the connection");
    }
    return count > 0 || ready(SelectionKey.OP_READ, deadline);
  }

  private void grow() {
    if (received.capacity() >= MAX_LINE) {
      throw new FailedException(
          description + " says more than %d bytes at once".formatted(MAX_LINE));
    }
    received = ByteBuffer.allocate(received.capacity() * 2).put(received.flip());
  }

  private Optional<String> taken() {
    for (; searched < received.position(); searched++) {
      if (received.get(searched) == '\n') {
        String line = new String(received.array(), 0, searched, StandardCharsets.UTF_8);
        received.flip().position(searched + 1);
        received.compact();
        searched = 0;
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }

  FailedException silent() {
    return new FailedException(description + " does not answer");
  }

  private FailedException gone(IOException e) {
    return new FailedException(
        "the connection to %s is gone: %s".formatted(description, Causes.of(e)), e);
  }

  @Override
  public void close() {
    close(channel);
    close(selector);
  }
}
