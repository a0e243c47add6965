package org.ekkofs.backup;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.source.DiskSource;
import org.jspecify.annotations.Nullable;

/**
 * Carries a disk through a snapshot: the calling thread goes through its segments in order and
 * reads them, or has them read by others if the source is worth several reads at once; one worker a
 * core hashes and compresses them, other threads wait for the store, and the calling thread, in
 * between, takes the results in order into the manifest. What the source says is as in the parent
 * is taken from there. A segment that takes long holds up none but {@value #MAX_RESULTS} others.
 * Segments that were read are {@value #BUFFER_BYTES} bytes at most (or four), what was made of them
 * {@value SnapshotThreads#WAITING_BYTES}.
 */
final class SnapshotPipeline {
  static final int MAX_RESULTS = 4096;
  private static final int BUFFER_BYTES = 96 << 20;
  private static final int LEAST_BUFFERS = 4;

  private final DiskSource source;
  private final SegmentReader reader;
  private final ReadingPlan plan;
  private final UnreadCheck unread;
  private final DiskGeometry geometry;
  private final ParentDisk parent;
  private final SegmentStorer storer;
  private final SnapshotOutput output;
  private final Progress progress;
  private final Repository repository;
  private final BlockingQueue<byte[]> buffers = new LinkedBlockingQueue<>();
  private final Queue<CompletableFuture<Optional<SegmentEntry>>> results = new ArrayDeque<>();
  private final CompletableFuture<Optional<SegmentEntry>> failed = new CompletableFuture<>();
  private final SegmentStorer.Rest rest;
  private int buffersLeft;

  SnapshotPipeline(
      SegmentReader reader,
      UnreadCheck unread,
      DiskGeometry geometry,
      ParentDisk parent,
      SegmentStorer storer,
      SnapshotOutput output,
      Progress progress,
      Repository repository) {
    this.source = reader.source();
    this.reader = reader;
    this.unread = unread;
    this.rest = new Rest(reader, unread);
    this.plan = ReadingPlan.of(source, geometry, parent);
    this.geometry = geometry;
    this.parent = parent;
    this.storer = storer;
    this.output = output;
    this.progress = progress;
    this.repository = repository;
    this.buffersLeft =
        buffers(geometry, repository.store().parallelism() + source.parallelism() - 1);
  }

  /** What of a segment is not read at first. */
  private record Rest(SegmentReader reader, UnreadCheck unread) implements SegmentStorer.Rest {
    @Override
    public void read(SegmentIndex segment, BlockMask blocks, byte[] data) {
      reader.read(segment, blocks, data);
    }

    @Override
    public void check(SegmentIndex segment, SegmentHash expected, byte[] data) {
      unread.compareRest(segment, expected, data);
    }
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
        new SnapshotThreads(
            repository.threads(), repository.store().parallelism(), source.parallelism())) {
      readAll(threads);
      takeResults(0);
    } catch (InterruptedException e) {
      throw new CancelledException("the snapshot was interrupted", e);
    }
  }

  private void readAll(SnapshotThreads threads) throws InterruptedException {
    long position = 0;
    while (position < geometry.diskBytes()) {
      long next = plan.next(position);
      if (next > position) {
        checkZeros(position, next, threads);
        progress.advance(next - position);
        position = next;
        continue;
      }
      SegmentIndex segment = geometry.segmentAt(position);
      take(segment, threads);
      position += geometry.length(segment);
    }
  }

  private void checkZeros(long from, long to, SnapshotThreads threads) throws InterruptedException {
    if (unread.percent() == 0 || !plan.trusting()) {
      return;
    }
    for (long at = from; at < to; at += geometry.segmentSize().bytes()) {
      SegmentIndex segment = geometry.segmentAt(at);
      if (unread.has(segment)) {
        progress.check();
        check(segment, Optional.empty(), threads);
      }
    }
  }

  private void take(SegmentIndex segment, SnapshotThreads threads) throws InterruptedException {
    progress.check();
    BlockMask blocks = plan.blocks(segment);
    Optional<SegmentEntry> inParent = parent.segment(segment);
    if (!blocks.isEmpty()) {
      submit(segment, blocks, inParent, threads);
    } else if (unread.has(segment)) {
      check(segment, inParent, threads);
      progress.advance(geometry.length(segment));
    } else {
      add(CompletableFuture.completedFuture(inParent));
      progress.advance(geometry.length(segment));
    }
  }

  private void submit(
      SegmentIndex segment,
      BlockMask blocks,
      Optional<SegmentEntry> inParent,
      SnapshotThreads threads)
      throws InterruptedException {
    repository.reached(CrashPoint.BETWEEN_CHUNKS);
    byte[] buffer = buffer();
    int length = geometry.length(segment);
    SegmentStorer.Loaded loaded =
        new SegmentStorer.Loaded(segment, buffer, length, blocks, rest, buffers::add);
    add(
        CompletableFuture.runAsync(() -> reader.read(segment, blocks, buffer), threads.readers())
            .thenCompose(done -> storer.store(loaded, inParent, threads))
            .whenComplete(
                (entry, failure) -> {
                  // First: whoever waits for a buffer would not see the failure.
                  ended(length, failure);
                  loaded.release();
                }));
  }

  private void check(SegmentIndex segment, Optional<SegmentEntry> inParent, SnapshotThreads threads)
      throws InterruptedException {
    byte[] buffer = buffer();
    add(
        CompletableFuture.runAsync(
                () -> unread.compare(segment, inParent, buffer), threads.workers())
            .thenApply(same -> inParent)
            .whenComplete(
                (entry, failure) -> {
                  buffers.add(buffer);
                  ended(0, failure);
                }));
  }

  private void add(CompletableFuture<Optional<SegmentEntry>> result) throws InterruptedException {
    results.add(result);
    takeResults(MAX_RESULTS - 1);
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

  /** Takes what is complete, in order, and waits until there are no more than so many left. */
  private void takeResults(int most) throws InterruptedException {
    while (!results.isEmpty()
        && (failed.isDone() || results.size() > most || results.element().isDone())) {
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
