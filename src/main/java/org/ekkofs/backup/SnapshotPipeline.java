package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.source.DiskSource;
import org.jspecify.annotations.Nullable;

/**
 * Carries a disk through a snapshot: the calling thread reads segments in order, one worker a core
 * hashes and compresses them, other threads wait for the store, and the calling thread, between
 * reads, takes the results in order into the manifest. A segment that takes long holds up none but
 * {@value #MAX_RESULTS} others. Segments that were read are {@value #BUFFER_BYTES} bytes at most
 * (or four), what was made of them {@value SnapshotThreads#WAITING_BYTES}.
 */
final class SnapshotPipeline {
  static final int MAX_RESULTS = 4096;
  private static final int BUFFER_BYTES = 96 << 20;
  private static final int LEAST_BUFFERS = 4;

  private final DiskSource source;
  private final DiskGeometry geometry;
  private final ParentDisk parent;
  private final SegmentStorer storer;
  private final SnapshotOutput output;
  private final Progress progress;
  private final Repository repository;
  private final BlockingQueue<byte[]> buffers = new LinkedBlockingQueue<>();
  private final Queue<CompletableFuture<Optional<SegmentEntry>>> results = new ArrayDeque<>();
  private final CompletableFuture<Optional<SegmentEntry>> failed = new CompletableFuture<>();
  private int buffersLeft;

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
    this.buffersLeft = buffers(geometry, repository.store().parallelism());
  }

  /** Enough for all who compute, and to wait for a store on behalf of as many more. */
  static int buffers(DiskGeometry geometry, int parallelism) {
    int wanted = 2 * (Runtime.getRuntime().availableProcessors() + 1) + parallelism;
    int affordable = BUFFER_BYTES / geometry.segmentSize().bytes();
    return Math.max(LEAST_BUFFERS, Math.min(wanted, affordable));
  }

  /** Runs to the end, or throws what went wrong first. */
  void run() {
    try (SnapshotThreads threads =
        new SnapshotThreads(repository.threads(), repository.store().parallelism())) {
      readAll(threads);
      takeResults(0);
    } catch (InterruptedException e) {
      throw new CancelledException("the snapshot was interrupted", e);
    }
  }

  private void readAll(SnapshotThreads threads) throws InterruptedException {
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
      submit(segment, threads);
      position = geometry.offset(segment) + geometry.length(segment);
    }
  }

  private void submit(SegmentIndex segment, SnapshotThreads threads) throws InterruptedException {
    progress.check();
    repository.reached(CrashPoint.BETWEEN_CHUNKS);
    byte[] buffer = buffer();
    takeResults(MAX_RESULTS - 1);
    int length = geometry.length(segment);
    readSegment(geometry.offset(segment), buffer, length);
    results.add(
        storer
            .store(
                new SegmentStorer.Loaded(segment, buffer, length, buffers::add),
                parent.segment(segment),
                threads)
            .whenComplete((entry, failure) -> ended(length, failure)));
  }

  private byte[] buffer() throws InterruptedException {
    byte[] free = buffers.poll();
    if (free == null && buffersLeft > 0) {
      buffersLeft--;
      return new byte[geometry.segmentSize().bytes()];
    }
    return free == null ? buffers.take() : free;
  }

  private void ended(int length, @Nullable Throwable failure) {
    progress.advance(length);
    if (failure != null) {
      failed.completeExceptionally(failure);
    }
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

  /** Takes what is complete, in order, and waits until there are no more than so many left. */
  private void takeResults(int most) throws InterruptedException {
    while (!results.isEmpty() && (results.size() > most || results.element().isDone())) {
      result(results.element()).ifPresent(output::add);
      results.remove();
    }
  }

  /** The first failure of any is not made to wait for what comes before it. */
  private Optional<SegmentEntry> result(CompletableFuture<Optional<SegmentEntry>> next)
      throws InterruptedException {
    try {
      if (!next.isDone() || failed.isDone()) {
        CompletableFuture.anyOf(failed, next).get();
      }
      return next.get();
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
