package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The client: {@code src/test/c/reader.c}.
 *
 * @param direct whether to read past the page cache
 */
record Reader(boolean direct) {
  static final Reader BUFFERED = new Reader(false);
  static final Reader DIRECT = new Reader(true);
  private static final int MIB = 1 << 20;
  private static final int PAGE = 4096;

  /** Reads so many bytes from the beginning, by the MiB; gives seconds. */
  double sequential(Path file, long bytes) throws IOException, InterruptedException {
    return read("sequential", file, bytes, MIB, bytes / MIB);
  }

  /** Reads pages at random places among the first bytes; gives seconds. */
  double random(Path file, long bytes, int count) throws IOException, InterruptedException {
    return read("random", file, bytes, PAGE, count);
  }

  private double read(String order, Path file, long bytes, int block, long count)
      throws IOException, InterruptedException {
    String way = direct ? "direct" : "buffered";
    return seconds(Programs.compiled("reader"), order, way, file, 0, bytes, block, count);
  }

  /** Has the kernel forget what it holds of a file. */
  static void evict(Path file) throws IOException, InterruptedException {
    Programs.run(Programs.compiled("reader"), "evict", file);
  }

  /** Looks for data at random places; gives seconds. */
  static double seek(Path file, int count) throws IOException, InterruptedException {
    return seconds(Programs.compiled("reader"), "seek", file, count);
  }

  private static double seconds(Object... words) throws IOException, InterruptedException {
    return Double.parseDouble(Programs.run(words).strip());
  }
}
