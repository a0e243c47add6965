package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Bytes as disks really hold them: the files of this machine's {@code /usr} one after the other, in
 * an order that looks random and is always the same, each beginning at a multiple of 4 KiB. For one
 * thread.
 */
final class RealData implements AutoCloseable {
  private static final Path SOURCE = Path.of("/usr");
  private static final int GRAIN = 4096;
  private static final long SEED = 1;

  private final List<Path> files;
  private Iterator<Path> next = Collections.emptyIterator();
  private FileChannel current;

  private RealData(List<Path> files) throws IOException {
    this.files = files;
    this.next = files.iterator();
    this.current = FileChannel.open(next.next());
  }

  static RealData open() throws IOException {
    try (Stream<Path> all = Files.walk(SOURCE)) {
      List<Path> files =
          all.filter(Files::isReadable)
              .filter(path -> Files.isRegularFile(path, java.nio.file.LinkOption.NOFOLLOW_LINKS))
              .sorted()
              .collect(Collectors.toList());
      Collections.shuffle(files, new Random(SEED));
      return new RealData(files);
    }
  }

  /** Fills the buffer up to its limit; begins again when all files are through. */
  void read(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (current.read(target) < 0) {
        open(next.hasNext() ? next.next() : (next = files.iterator()).next());
        pad(target);
      }
    }
  }

  private void open(Path file) throws IOException {
    current.close();
    current = FileChannel.open(file);
  }

  private static void pad(ByteBuffer target) {
    int gap = Math.min(-target.position() & (GRAIN - 1), target.remaining());
    target.put(new byte[gap]);
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
