package org.ekkofs.source.nbd;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server of one export, named {@code disk}, that speaks just enough NBD to lie well. What it
 * holds at an offset is told by {@link #content}. Overridden where a test wants it to misbehave.
 */
class FakeNbdServer implements AutoCloseable {
  private static final long IHAVEOPT = 0x49484156454F5054L;
  private static final long OPTION_REPLY = 0x3e889045565a9L;
  private static final int STRUCTURED_REPLY = 0x668e33ef;
  private static final int ACK = 1;
  private static final int UNSUPPORTED = 0x80000001;
  private static final int UNKNOWN = 0x80000006;

  /** Has flags, is read-only, serves several connections. */
  private static final int FLAGS = 1 | 2 | 256;

  private final Path socket;
  private final ServerSocketChannel listening;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  FakeNbdServer(Path socket) throws IOException {
    this.socket = socket;
    this.listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(socket));
    start(this::accept);
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "fake-nbd");
    thread.setDaemon(true);
    thread.start();
  }

  /** Where it is. */
  NbdExport export() {
    return new NbdExport.Socket("the fake", socket, "disk");
  }

  /** What lies at an offset. */
  static byte content(long offset) {
    return (byte) (offset * 31 + (offset >> 13));
  }

  long size() {
    return 1 << 20;
  }

  /** Least, best and largest request, or nothing. */
  int[] blocks() {
    return new int[0];
  }

  List<String> contexts() {
    return List.of("base:allocation", "qemu:dirty-bitmap:b");
  }

  /** Answers whoever connects, before anything is negotiated. */
  void greet(DataOutputStream out) throws IOException {
    out.writeBytes("NBDMAGICIHAVEOPT");
    out.writeShort(3);
    out.flush();
  }

  /** What is told of a context: lengths and numbers. */
  int[] extents(String context, long offset, long length) {
    return new int[] {(int) length, 0};
  }

  /** Answers a read. */
  void read(DataOutputStream out, long cookie, long offset, int length) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(8 + length).putLong(offset);
    for (long at = offset; at < offset + length; at++) {
      chunk.put(content(at));
    }
    chunk(out, cookie, 1, chunk.array());
  }

  /** Sends the only chunk of an answer. */
  static void chunk(DataOutputStream out, long cookie, int type, byte[] payload)
      throws IOException {
    out.writeInt(STRUCTURED_REPLY);
    out.writeShort(1);
    out.writeShort(type);
    out.writeLong(cookie);
    out.writeInt(payload.length);
    out.write(payload);
    out.flush();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = listening.accept();
        clients.add(client);
        start(() -> serve(client));
      }
    } catch (IOException closed) {
      return;
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(client));
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(client)));
      greet(out);
      in.readInt();
      negotiate(in, out);
      while (true) {
        answer(in, out);
      }
    } catch (IOException gone) {
      return;
    }
  }

  private void negotiate(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      in.readLong();
      int option = in.readInt();
      ByteBuffer data = ByteBuffer.wrap(in.readNBytes(in.readInt()));
      if (option == 7) {
        if (go(data, out)) {
          return;
        }
      } else if (option == 8) {
        reply(out, option, ACK, new byte[0]);
      } else if (option == 10) {
        choose(data, out);
      } else {
        reply(out, option, UNSUPPORTED, new byte[0]);
      }
    }
  }

  private boolean go(ByteBuffer data, DataOutputStream out) throws IOException {
    if (!text(data).equals("disk")) {
      reply(out, 7, UNKNOWN, new byte[0]);
      return false;
    }
    ByteBuffer export = ByteBuffer.allocate(12).putShort((short) 0).putLong(size());
    reply(out, 7, 3, export.putShort((short) FLAGS).array());
    if (blocks().length > 0) {
      ByteBuffer sizes = ByteBuffer.allocate(14).putShort((short) 3);
      for (int one : blocks()) {
        sizes.putInt(one);
      }
      reply(out, 7, 3, sizes.array());
    }
    reply(out, 7, ACK, new byte[0]);
    return true;
  }

  private void choose(ByteBuffer data, DataOutputStream out) throws IOException {
    text(data);
    int queries = data.getInt();
    for (int query = 0; query < queries; query++) {
      byte[] name = text(data).getBytes(StandardCharsets.UTF_8);
      int id = contexts().indexOf(new String(name, StandardCharsets.UTF_8));
      if (id >= 0) {
        reply(out, 10, 4, ByteBuffer.allocate(4 + name.length).putInt(id).put(name).array());
      }
    }
    reply(out, 10, ACK, new byte[0]);
  }

  private static String text(ByteBuffer data) {
    byte[] bytes = new byte[data.getInt()];
    data.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void reply(DataOutputStream out, int option, int type, byte[] data)
      throws IOException {
    out.writeLong(OPTION_REPLY);
    out.writeInt(option);
    out.writeInt(type);
    out.writeInt(data.length);
    out.write(data);
    out.flush();
  }

  private void answer(DataInputStream in, DataOutputStream out) throws IOException {
    in.readInt();
    in.readShort();
    int type = in.readShort();
    long cookie = in.readLong();
    long offset = in.readLong();
    int length = in.readInt();
    if (type == 0) {
      read(out, cookie, offset, length);
    } else if (type == 7) {
      status(out, cookie, offset, length);
    } else {
      throw new IOException("disconnected");
    }
  }

  private void status(DataOutputStream out, long cookie, long offset, long length)
      throws IOException {
    for (int id = 0; id < contexts().size(); id++) {
      int[] words = extents(contexts().get(id), offset, length);
      ByteBuffer payload = ByteBuffer.allocate(4 + 4 * words.length).putInt(id);
      for (int word : words) {
        payload.putInt(word);
      }
      out.writeInt(STRUCTURED_REPLY);
      out.writeShort(id == contexts().size() - 1 ? 1 : 0);
      out.writeShort(5);
      out.writeLong(cookie);
      out.writeInt(payload.capacity());
      out.write(payload.array());
    }
    out.flush();
  }

  /** Hangs up on everybody, as when it is killed. */
  @Override
  public void close() throws IOException {
    listening.close();
    for (SocketChannel client : clients) {
      client.close();
    }
  }
}
