package org.ekkofs.endtoend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.ekkofs.testing.SeededDisk;

/**
 * Threads that open and read backups of a mount at random, half of them past the kernel's cache,
 * and compare every byte, until they are told to stop.
 */
final class Readers implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int READS_PER_OPEN = 30;

  /** EIO, and what a mount says whose process is dead. */
  private static final List<String> PERMITTED =
      List.of("Input/output error", "Transport endpoint", "Software caused connection abort");

  /**
   * What came of it.
   *
   * @param absent the backups of which an open found no file
   * @param failed reads and opens that failed, with EIO or because the server is dead
   */
  record Tally(long reads, long bytes, Set<String> absent, long failed) {}

  private final Map<String, SeededDisk> disks;
  private final Function<String, Path> raw;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final Set<String> absent = ConcurrentHashMap.newKeySet();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;

  private Readers(Map<String, SeededDisk> disks, Function<String, Path> raw) {
    this.disks = disks;
    this.raw = raw;
  }

  /** Starts so many; they read what is in the map at any time. */
  static Readers start(
      int count, long seed, Map<String, SeededDisk> disks, Function<String, Path> raw) {
    Readers readers = new Readers(disks, raw);
    for (int number = 0; number < count; number++) {
      Random random = new Random(seed + number);
      boolean direct = number % 2 == 0;
      Thread thread = new Thread(() -> readers.run(random, direct), "reader-" + number);
      thread.setDaemon(true);
      readers.threads.add(thread);
      thread.start();
    }
    return readers;
  }

  private void run(Random random, boolean direct) {
    ByteBuffer buffer = CheckedFile.buffer();
    try {
      while (!stopped) {
        List<String> names = List.copyOf(disks.keySet());
        readSome(names.get(random.nextInt(names.size())), random, direct, buffer);
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      stopped = true;
    }
  }

  private void readSome(String name, Random random, boolean direct, ByteBuffer buffer)
      throws IOException {
    Path path = raw.apply(name);
    try (CheckedFile file =
        direct
            ? CheckedFile.direct(path, disks.get(name))
            : CheckedFile.buffered(path, disks.get(name))) {
      for (int read = random.nextInt(READS_PER_OPEN); read >= 0 && !stopped; read--) {
        readOnce(file, random, buffer);
      }
    } catch (NoSuchFileException e) {
      absent.add(name);
    } catch (IOException e) {
      countOrThrow(e);
    }
  }

  private void readOnce(CheckedFile file, Random random, ByteBuffer buffer) throws IOException {
    try {
      bytes.addAndGet(file.readAnywhere(random, buffer));
      reads.incrementAndGet();
    } catch (IOException e) {
      countOrThrow(e);
    }
  }

  private void countOrThrow(IOException e) throws IOException {
    String message = String.valueOf(e.getMessage());
    if (PERMITTED.stream().noneMatch(message::contains)) {
      throw e;
    }
    failed.incrementAndGet();
  }

  /** How it stands now. */
  Tally tally() {
    return new Tally(reads.get(), bytes.get(), Set.copyOf(absent), failed.get());
  }

  /** Whether all still read. */
  boolean going() {
    return !stopped;
  }

  /** Lets them read for so long, or until one has failed. */
  void goOn(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (!stopped && System.nanoTime() < end) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /** Ends them; fails if one has read something wrong, failed in an unexpected way, or hangs. */
  Tally stop() throws InterruptedException {
    stopped = true;
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (Thread thread : threads) {
      thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
      if (thread.isAlive()) {
        throw new AssertionError(thread.getName() + " hangs");
      }
    }
    if (failure.get() != null) {
      throw new AssertionError(failure.get().getMessage() + ", after " + tally(), failure.get());
    }
    return tally();
  }

  @Override
  public void close() {
    stopped = true;
  }
}
