package org.ekkofs.source.qemu;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A connection to a server of {@code qemu-nbd} that is never used. The server ends with its last
 * connection, so it lives until this one is closed, or the process dies that holds it. It is made
 * completely, for a server drops clients that do not say what they want.
 */
final class Leash implements AutoCloseable {
  private static final byte[] GREETING = "NBDMAGICIHAVEOPT".getBytes(StandardCharsets.US_ASCII);
  private static final long IHAVEOPT = 0x49484156454F5054L;
  private static final int FIXED_NEWSTYLE_NO_ZEROES = 3;
  private static final int OPT_EXPORT_NAME = 1;

  private final SocketChannel channel;

  private Leash(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Connects to the server's default export; empty if nobody listens yet.
   *
   * @throws IOException if it does not serve a disk
   */
  static Optional<Leash> to(Path socket) throws IOException {
    if (!Files.exists(socket)) {
      return Optional.empty();
    }
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      negotiate(channel);
      return Optional.of(new Leash(channel));
    } catch (ConnectException notYet) {
      // Between bind(2) and listen(2) there is a socket, and nobody behind it.
      channel.close();
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The greeting is followed by flags; the answer is a size and flags. */
  private static void negotiate(SocketChannel channel) throws IOException {
    ByteBuffer greeting = receive(channel, GREETING.length + Short.BYTES).limit(GREETING.length);
    if (!greeting.equals(ByteBuffer.wrap(GREETING))) {
      throw new IOException("what listens does not speak NBD");
    }
    ByteBuffer choice = ByteBuffer.allocate(20).putInt(FIXED_NEWSTYLE_NO_ZEROES).putLong(IHAVEOPT);
    choice.putInt(OPT_EXPORT_NAME).putInt(0).flip();
    while (choice.hasRemaining()) {
      channel.write(choice);
    }
    receive(channel, Long.BYTES + Short.BYTES);
  }

  private static ByteBuffer receive(SocketChannel channel, int length) throws IOException {
    ByteBuffer received = ByteBuffer.allocate(length);
    while (received.hasRemaining()) {
      if (channel.read(received) < 0) {
        throw new EOFException("the server hung up");
      }
    }
    return received.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
