package org.ekkofs.disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Extents in a file, sparse where nothing was written yet. */
final class FileExtents implements Extents {
  private static final Logger LOG = LoggerFactory.getLogger(FileExtents.class);

  private final Path file;

  /** Written under this object's lock; replaced when an interrupted thread has closed it. */
  private volatile FileChannel channel;

  private volatile boolean closed;

  /** Opens the file, or makes it, for nobody else to read. */
  FileExtents(Path file) throws IOException {
    this.file = file;
    this.channel = open();
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE),
        TierFolder.PRIVATE_FILE);
  }

  private interface Transfer {
    void run(FileChannel channel) throws IOException;
  }

  /** An interrupt closes a channel for everybody: whoever was not meant goes on with another. */
  private void transfer(Transfer transfer) throws IOException {
    while (true) {
      FileChannel used = channel;
      try {
        transfer.run(used);
        return;
      } catch (ClosedByInterruptException e) {
        reopen(used);
        throw e;
      } catch (ClosedChannelException e) {
        reopen(used);
      }
    }
  }

  private synchronized void reopen(FileChannel used) throws IOException {
    if (closed) {
      throw new IOException("the cache is closed");
    }
    if (channel == used) {
      channel = open();
    }
  }

  @Override
  public void read(long from, int count, ByteBuffer target) throws IOException {
    int start = target.position();
    int limit = target.limit();
    target.limit(start + count);
    try {
      transfer(
          used -> {
            target.position(start);
            while (target.hasRemaining()) {
              if (used.read(target, from + target.position() - start) < 0) {
                throw new EOFException("it ends before byte " + (from + count));
              }
            }
          });
    } finally {
      target.limit(limit);
    }
  }

  @Override
  public void write(long from, ByteBuffer source) throws IOException {
    int start = source.position();
    transfer(
        used -> {
          source.position(start);
          while (source.hasRemaining()) {
            used.write(source, from + source.position() - start);
          }
        });
  }

  /** How long the file is. */
  long length() throws IOException {
    return channel.size();
  }

  /** Cuts off what is beyond this length. */
  void truncate(long length) throws IOException {
    channel.truncate(length);
  }

  @Override
  public synchronized void close() {
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("closing {}: {}", file, e.toString());
    }
  }
}
