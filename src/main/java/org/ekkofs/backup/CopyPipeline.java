package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;

/**
 * Carries a backup into another repository: the calling thread goes through its manifest and that
 * of the parent beside it. What is stored already, by the segment's digest, is only referred to; of
 * the rest what an interrupted copy has stored, by chunk headers; and what is left is read, by
 * threads that wait for the source, and stored as in a snapshot. Segments that are being read or
 * were read are as many as a snapshot's.
 */
final class CopyPipeline {
  private final CopySource source;
  private final DiskGeometry geometry;
  private final ParentDisk parent;
  private final KnownSegments known;
  private final SegmentStorer storer;
  private final LeftChunks left;
  private final SnapshotOutput output;
  private final ProgressShare progress;
  private final Repository repository;
  private final BlockingQueue<byte[]> buffers = new LinkedBlockingQueue<>();
  private final Queue<Pending> results = new ArrayDeque<>();
  private final CompletableFuture<Optional<SegmentEntry>> failed = new CompletableFuture<>();
  private final AtomicLong reused = new AtomicLong();
  private int buffersLeft;

  private record Pending(SegmentEntry original, CompletableFuture<Optional<SegmentEntry>> result) {}

  CopyPipeline(
      CopySource source,
      ParentDisk parent,
      KnownSegments known,
      SegmentStorer storer,
      LeftChunks left,
      SnapshotOutput output,
      ProgressShare progress,
      Repository repository) {
    this.source = source;
    this.geometry = source.geometry();
    this.parent = parent;
    this.known = known;
    this.storer = storer;
    this.left = left;
    this.output = output;
    this.progress = progress;
    this.repository = repository;
    this.buffersLeft = SnapshotPipeline.buffers(geometry, source.parallelism());
  }

  /** How many bytes of chunks were taken over from an interrupted copy. */
  long reusedBytes() {
    return reused.get();
  }

  /** Runs to the end, or throws what went wrong first. */
  void run() {
    int parallelism = Math.min(source.parallelism(), buffersLeft);
    ExecutorService readers = repository.threads().pool("ekkofs-copy", parallelism);
    try (SnapshotThreads threads =
        new SnapshotThreads(repository.threads(), repository.store().parallelism(), 1)) {
      try {
        goThrough(readers, threads);
        takeResults(0);
      } finally {
        // What these read is given to the others, which must not have ended before.
        SnapshotThreads.stop(readers);
      }
    } catch (InterruptedException e) {
      throw new CancelledException("the copy was interrupted", e);
    }
  }

  private void goThrough(ExecutorService readers, SnapshotThreads threads)
      throws InterruptedException {
    for (long from = 0; from < geometry.segments(); from = source.next(from + SegmentTable.PAGE)) {
      for (SegmentEntry entry : source.page(from)) {
        takeResults(SnapshotPipeline.MAX_RESULTS - 1);
        results.add(new Pending(entry, submit(entry, readers, threads)));
      }
    }
  }

  private CompletableFuture<Optional<SegmentEntry>> submit(
      SegmentEntry entry, ExecutorService readers, SnapshotThreads threads)
      throws InterruptedException {
    Optional<SegmentEntry> inParent = parent.segment(entry.segment());
    Optional<List<Layer>> stored =
        inParent
            .filter(same -> same.digest().equals(entry.digest()))
            .map(SegmentEntry::layers)
            .or(() -> known.find(entry.digest()));
    return stored.isPresent()
        ? CompletableFuture.completedFuture(
            Optional.of(new SegmentEntry(entry.segment(), entry.digest(), stored.get())))
        : store(entry, inParent, readers, threads);
  }

  private CompletableFuture<Optional<SegmentEntry>> store(
      SegmentEntry entry,
      Optional<SegmentEntry> inParent,
      ExecutorService readers,
      SnapshotThreads threads)
      throws InterruptedException {
    repository.reached(CrashPoint.BETWEEN_CHUNKS);
    List<LeftChunks.Listed> listed = left.of(entry.segment());
    byte[] buffer = buffer();
    return CompletableFuture.completedFuture(entry)
        .thenApplyAsync(original -> obtain(original, inParent, listed, buffer), readers)
        .thenCompose(
            there ->
                there.isPresent()
                    ? CompletableFuture.completedFuture(there)
                    : storer.store(loaded(entry, buffer), inParent, threads))
        .whenComplete(
            (copy, failure) -> {
              if (failure != null) {
                failed.completeExceptionally(failure);
              }
            });
  }

  private byte[] buffer() throws InterruptedException {
    byte[] free = buffers.poll();
    if (free == null && buffersLeft > 0) {
      buffersLeft--;
      return new byte[geometry.segmentSize().bytes()];
    }
    return free == null ? buffers.take() : free;
  }

  private SegmentStorer.Loaded loaded(SegmentEntry entry, byte[] buffer) {
    return new SegmentStorer.Loaded(
        entry.segment(), buffer, geometry.length(entry.segment()), buffers::add);
  }

  /** The entry of what is stored already; empty once the buffer has what is to be stored. */
  private Optional<SegmentEntry> obtain(
      SegmentEntry entry,
      Optional<SegmentEntry> inParent,
      List<LeftChunks.Listed> listed,
      byte[] buffer) {
    boolean isRead = false;
    try {
      Optional<SegmentEntry> there = takeOver(entry, inParent, listed);
      if (there.isEmpty()) {
        source.read(entry, ByteBuffer.wrap(buffer, 0, geometry.length(entry.segment())));
        isRead = true;
      }
      return there;
    } finally {
      if (!isRead) {
        buffers.add(buffer);
      }
    }
  }

  private Optional<SegmentEntry> takeOver(
      SegmentEntry entry, Optional<SegmentEntry> inParent, List<LeftChunks.Listed> listed) {
    if (listed.isEmpty()) {
      return Optional.empty();
    }
    Optional<SegmentHash> hash = source.hash(entry);
    for (LeftChunks.Listed chunk : hash.isPresent() ? listed : List.<LeftChunks.Listed>of()) {
      Optional<SegmentEntry> found =
          left.open(chunk)
              .flatMap(open -> storer.reuse(entry.segment(), hash.get(), inParent, open));
      if (found.isPresent()) {
        boolean refersTo =
            found.get().layers().stream().anyMatch(layer -> layer.chunk().equals(chunk.chunk()));
        reused.addAndGet(refersTo ? chunk.bytes() : 0);
        return found;
      }
    }
    return Optional.empty();
  }

  /** Takes what is complete, in order, and waits until there are no more than so many left. */
  private void takeResults(int most) throws InterruptedException {
    while (!results.isEmpty() && (results.size() > most || results.element().result().isDone())) {
      Pending next = results.element();
      output.add(copy(next));
      progress.advance(geometry, next.original());
      results.remove();
    }
  }

  /** The first failure of any is not made to wait for what comes before it. */
  private SegmentEntry copy(Pending next) throws InterruptedException {
    try {
      if (!next.result().isDone() || failed.isDone()) {
        CompletableFuture.anyOf(failed, next.result()).get();
      }
      return next.result()
          .get()
          .filter(entry -> entry.digest().equals(next.original().digest()))
          .orElseThrow(() -> changed(next.original()));
    } catch (ExecutionException e) {
      throw SnapshotPipeline.unwrapped(e);
    }
  }

  private static CorruptException changed(SegmentEntry entry) {
    return new CorruptException(
        "segment %s was not what it is in the source once it was read".formatted(entry.segment()));
  }
}
