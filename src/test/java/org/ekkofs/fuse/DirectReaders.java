package org.ekkofs.fuse;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;

/** Reads a file past the page cache at many places at once, in a process of its own. */
public final class DirectReaders {
  static final int PAGE = 4096;

  private DirectReaders() {}

  /** Arguments: file, how many pages. Prints the CRC-32 of each page, in order. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    int count = Integer.parseInt(arguments[1]);
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), ExtendedOpenOption.DIRECT)) {
      List<Future<Long>> pages = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        long offset = place(i);
        pages.add(threads.submit(() -> crc(page(channel, offset))));
      }
      for (Future<Long> page : pages) {
        System.out.println(page.get());
      }
    }
    threads.shutdown();
  }

  /** Where the reader of this number reads. */
  static long place(int reader) {
    return 9L * PAGE * reader;
  }

  /** A page, past the page cache. */
  static ByteBuffer page(FileChannel channel, long offset) throws IOException {
    ByteBuffer page = ByteBuffer.allocateDirect(2 * PAGE).alignedSlice(PAGE).limit(PAGE);
    if (channel.read(page, offset) != PAGE) {
      throw new IOException("a short read at " + offset);
    }
    return page.flip();
  }

  static long crc(ByteBuffer bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }
}
