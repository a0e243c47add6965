package org.ekkofs.backup;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;

/**
 * Carries a backup into another repository: the calling thread goes through its manifest and that
 * of the parent beside it. What is stored already, by the segment's digest, is only referred to; of
 * the rest what an interrupted copy has stored, by chunk headers; and what is left is read, by many
 * threads, and stored as a snapshot does. At most {@link #window} segments are under way.
 */
final class CopyPipeline {
  private static final long MEMORY_BYTES = 192L << 20;
  private static final int READERS = 16;
  private static final int PUTTERS = 16;

  private final CopySource source;
  private final DiskGeometry geometry;
  private final ParentDisk parent;
  private final KnownSegments known;
  private final SegmentStorer storer;
  private final LeftChunks left;
  private final SnapshotOutput output;
  private final ProgressShare progress;
  private final Repository repository;
  private final int window;
  private final BlockingQueue<byte[]> buffers;
  private final BlockingQueue<Pending> results;
  private final AtomicLong reused = new AtomicLong();

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
    long affordable = MEMORY_BYTES / (2L * geometry.segmentSize().bytes());
    this.window = (int) Math.max(4, Math.min(READERS + 2 * PUTTERS, affordable));
    this.buffers = new ArrayBlockingQueue<>(window);
    this.results = new ArrayBlockingQueue<>(window);
  }

  /** How many bytes of chunks were taken over from an interrupted copy. */
  long reusedBytes() {
    return reused.get();
  }

  /** Runs to the end, or throws what went wrong first. */
  void run() {
    Threads threads = repository.threads();
    ExecutorService readers = threads.pool("ekkofs-copy", Math.min(READERS, window));
    ExecutorService putters = threads.pool("ekkofs-put", Math.min(PUTTERS, window));
    try {
      for (long from = 0;
          from < geometry.segments();
          from = source.next(from + SegmentTable.PAGE)) {
        for (SegmentEntry entry : source.page(from)) {
          submit(entry, readers, putters);
        }
      }
      while (!results.isEmpty()) {
        takeResult();
      }
    } catch (InterruptedException e) {
      throw new CancelledException("the copy was interrupted", e);
    } finally {
      SnapshotPipeline.stop(readers);
      SnapshotPipeline.stop(putters);
    }
  }

  private void submit(SegmentEntry entry, ExecutorService readers, ExecutorService putters)
      throws InterruptedException {
    if (results.remainingCapacity() == 0) {
      takeResult();
    }
    Optional<SegmentEntry> inParent = parent.segment(entry.segment());
    Optional<List<Layer>> stored =
        inParent
            .filter(same -> same.digest().equals(entry.digest()))
            .map(SegmentEntry::layers)
            .or(() -> known.find(entry.digest()));
    results.add(
        new Pending(
            entry,
            stored.isPresent()
                ? CompletableFuture.completedFuture(
                    Optional.of(new SegmentEntry(entry.segment(), entry.digest(), stored.get())))
                : store(entry, inParent, readers, putters)));
  }

  private CompletableFuture<Optional<SegmentEntry>> store(
      SegmentEntry entry,
      Optional<SegmentEntry> inParent,
      ExecutorService readers,
      ExecutorService putters) {
    repository.reached(CrashPoint.BETWEEN_CHUNKS);
    List<LeftChunks.Listed> listed = left.of(entry.segment());
    return CompletableFuture.completedFuture(entry)
        .thenComposeAsync(
            original -> {
              Optional<SegmentEntry> there = takeOver(original, inParent, listed);
              return there.isPresent()
                  ? CompletableFuture.completedFuture(there)
                  : transfer(original, inParent, putters);
            },
            readers);
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

  private CompletableFuture<Optional<SegmentEntry>> transfer(
      SegmentEntry entry, Optional<SegmentEntry> inParent, ExecutorService putters) {
    SegmentIndex segment = entry.segment();
    byte[] buffer =
        Optional.ofNullable(buffers.poll())
            .orElseGet(() -> new byte[geometry.segmentSize().bytes()]);
    try {
      int length = geometry.length(segment);
      source.read(entry, ByteBuffer.wrap(buffer, 0, length));
      return storer.store(segment, buffer, length, inParent, putters);
    } finally {
      buffers.offer(buffer);
    }
  }

  private void takeResult() throws InterruptedException {
    Pending next = results.take();
    try {
      SegmentEntry copy =
          next.result()
              .get()
              .filter(entry -> entry.digest().equals(next.original().digest()))
              .orElseThrow(() -> changed(next.original()));
      output.add(copy);
      progress.advance(geometry, next.original());
    } catch (ExecutionException e) {
      throw SnapshotPipeline.unwrapped(e);
    }
  }

  private static CorruptException changed(SegmentEntry entry) {
    return new CorruptException(
        "segment %s was not what it is in the source once it was read".formatted(entry.segment()));
  }
}
