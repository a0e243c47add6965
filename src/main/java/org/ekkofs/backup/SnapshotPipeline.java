package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.source.DiskSource;

/**
 * Carries a disk through a snapshot: the calling thread reads segments in order, one worker a core
 * hashes and compresses them, putters store them, and the calling thread, between reads, takes the
 * results in order into the manifest. At most {@link #window} segments are under way, which bounds
 * the memory to about twice their size.
 */
final class SnapshotPipeline {
  private static final long MEMORY_BYTES = 192L << 20;
  private static final int PUTTERS = 16;
  private static final int STOP_SECONDS = 30;

  private final DiskSource source;
  private final DiskGeometry geometry;
  private final ParentDisk parent;
  private final SegmentStorer storer;
  private final SnapshotOutput output;
  private final Progress progress;
  private final Repository repository;
  private final int window;
  private final BlockingQueue<byte[]> buffers;
  private final BlockingQueue<CompletableFuture<Optional<SegmentEntry>>> results;

  SnapshotPipeline(
      DiskSource source,
      DiskGeometry geometry,
      ParentDisk parent,
      SegmentStorer storer,
      SnapshotOutput output,
      Progress progress,
      Repository repository) {
    this.source = source;
    this.geometry = geometry;
    this.parent = parent;
    this.storer = storer;
    this.output = output;
    this.progress = progress;
    this.repository = repository;
    this.window = window();
    this.buffers = new ArrayBlockingQueue<>(window);
    this.results = new ArrayBlockingQueue<>(window);
  }

  private int window() {
    int wanted = 2 * Runtime.getRuntime().availableProcessors() + PUTTERS;
    long affordable = MEMORY_BYTES / (2L * geometry.segmentSize().bytes());
    return (int) Math.max(4, Math.min(wanted, affordable));
  }

  /** Runs to the end, or throws what went wrong first. */
  void run() {
    Threads threads = repository.threads();
    ExecutorService workers =
        threads.pool("ekkofs-hash", Runtime.getRuntime().availableProcessors());
    ExecutorService putters = threads.pool("ekkofs-put", Math.min(PUTTERS, window));
    try {
      readAll(workers, putters);
      while (!results.isEmpty()) {
        takeResult();
      }
    } catch (InterruptedException e) {
      throw new CancelledException("the snapshot was interrupted", e);
    } finally {
      stop(workers);
      stop(putters);
    }
  }

  /** Waits for what is under way, so that nothing is put or looked up once this has ended. */
  static void stop(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void readAll(ExecutorService workers, ExecutorService putters)
      throws InterruptedException {
    long position = 0;
    while (position < geometry.diskBytes()) {
      long data = source.nextData(position);
      SegmentIndex segment = geometry.segmentAt(Math.min(data, geometry.diskBytes() - 1));
      long start = data >= geometry.diskBytes() ? geometry.diskBytes() : geometry.offset(segment);
      if (start > position) {
        progress.advance(start - position);
        position = start;
        continue;
      }
      submit(segment, workers, putters);
      position = geometry.offset(segment) + geometry.length(segment);
    }
  }

  private void submit(SegmentIndex segment, ExecutorService workers, ExecutorService putters)
      throws InterruptedException {
    progress.check();
    repository.reached(CrashPoint.BETWEEN_CHUNKS);
    if (results.remainingCapacity() == 0) {
      takeResult();
    }
    byte[] buffer = Optional.ofNullable(buffers.poll()).orElseGet(this::newBuffer);
    int length = geometry.length(segment);
    readSegment(geometry.offset(segment), buffer, length);
    Optional<SegmentEntry> inParent = parent.segment(segment);
    results.add(
        CompletableFuture.completedFuture(buffer)
            .thenComposeAsync(
                data -> {
                  try {
                    return storer.store(segment, data, length, inParent, putters);
                  } finally {
                    buffers.add(data);
                  }
                },
                workers)
            .whenComplete((entry, failure) -> progress.advance(length)));
  }

  private byte[] newBuffer() {
    return new byte[geometry.segmentSize().bytes()];
  }

  /** Fills the buffer with the segment, reading only what may hold data. */
  private void readSegment(long offset, byte[] buffer, int length) {
    long end = offset + length;
    int filled = 0;
    for (long data = source.nextData(offset); data < end; data = source.nextData(offset + filled)) {
      int from = (int) (data - offset);
      int to = (int) (Math.min(source.nextHole(data), end) - offset);
      Arrays.fill(buffer, filled, from, (byte) 0);
      source.read(data, ByteBuffer.wrap(buffer, from, to - from));
      filled = to;
      if (filled == length) {
        break;
      }
    }
    Arrays.fill(buffer, filled, length, (byte) 0);
  }

  private void takeResult() throws InterruptedException {
    try {
      results.take().get().ifPresent(output::add);
    } catch (ExecutionException e) {
      throw unwrapped(e);
    }
  }

  /** What a segment failed with. */
  static EkkofsException unwrapped(ExecutionException e) {
    Throwable cause = e.getCause();
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof EkkofsException known
        ? known
        : new FailedException("the snapshot failed: " + cause, cause);
  }
}
