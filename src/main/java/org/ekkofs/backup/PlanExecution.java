package org.ekkofs.backup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.ekkofs.format.Sha256;
import org.ekkofs.format.SweepPlan;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.roaringbitmap.PeekableIntIterator;

/**
 * Deletes what a plan lists that took effect: chunks first, then manifests and references, and says
 * so in the log. It can be stopped anywhere and done again, also by several at once. For one
 * thread.
 */
final class PlanExecution {
  private static final int DELETERS = 8;
  private static final int BATCH = 500;

  private final Repository repository;
  private final Tree tree;
  private final ObjectStore store;
  private final Progress progress;

  PlanExecution(Repository repository, Tree tree, Progress progress) {
    this.repository = repository;
    this.tree = tree;
    this.store = repository.store();
    this.progress = progress;
  }

  /**
   * Reads a plan from the store.
   *
   * @throws CorruptException if it is missing or not what its name says
   */
  SweepPlan read(Digest digest) {
    ObjectKey key = tree.keys().plan(digest);
    byte[] bytes =
        store
            .get(key, SweepPlan.MAX_BYTES)
            .orElseThrow(() -> new CorruptException(key + " is missing from the store"));
    if (!Sha256.of(bytes).equals(digest)) {
      throw new CorruptException(key + " is not the plan that the log names");
    }
    return SweepPlan.decode(bytes);
  }

  /** Deletes all that the plan lists. */
  void run(Digest digest, SweepPlan plan, SweepPlanner.Yield yield) {
    progress.begin("sweep", yield.chunkBytes());
    deleteChunks(plan, yield);
    repository.reached(CrashPoint.BEFORE_MANIFEST_DELETE);
    List<BackupId> backups =
        Stream.concat(plan.deleted().stream(), plan.abandoned().stream()).toList();
    deleteMetadata(backups);
    store.sync();
    repository.reached(CrashPoint.BEFORE_SWEPT);
    tree.log()
        .append(
            state ->
                state.isPending(digest)
                    ? Optional.of(new LogEvent.Swept(digest))
                    : Optional.empty(),
            TreeState::slot);
    repository.reached(CrashPoint.AFTER_SWEPT);
    store.delete(List.of(tree.keys().plan(digest)));
    repository.catalog().forget(tree.name(), backups);
  }

  private void deleteMetadata(List<BackupId> backups) {
    List<ObjectKey> keys = new ArrayList<>();
    for (BackupId backup : backups) {
      keys.add(tree.keys().manifest(backup));
      keys.add(tree.keys().references(backup));
    }
    store.delete(keys);
  }

  private void deleteChunks(SweepPlan plan, SweepPlanner.Yield yield) {
    long average = yield.chunks() == 0 ? 0 : yield.chunkBytes() / yield.chunks();
    ExecutorService deleters = repository.threads().pool("ekkofs-delete", DELETERS);
    try {
      Deque<Future<?>> underWay = new ArrayDeque<>();
      List<ObjectKey> batch = new ArrayList<>();
      for (BackupId owner : plan.chunks().owners()) {
        PeekableIntIterator segments = plan.chunks().segments(owner).getIntIterator();
        while (segments.hasNext()) {
          batch.add(key(owner, segments.next()));
          if (batch.size() == BATCH) {
            submit(deleters, underWay, List.copyOf(batch), average);
            batch.clear();
          }
        }
      }
      submit(deleters, underWay, batch, average);
      underWay.forEach(PlanExecution::await);
    } finally {
      deleters.shutdownNow();
    }
  }

  private ObjectKey key(BackupId owner, int segment) {
    return tree.keys().chunk(new ChunkId(owner, new SegmentIndex(Integer.toUnsignedLong(segment))));
  }

  private void submit(
      ExecutorService deleters, Deque<Future<?>> underWay, List<ObjectKey> batch, long average) {
    progress.check();
    repository.reached(CrashPoint.BETWEEN_DELETES);
    if (underWay.size() == 2 * DELETERS) {
      await(underWay.remove());
    }
    underWay.add(
        deleters.submit(
            () -> {
              store.delete(batch);
              progress.advance(batch.size() * average);
            }));
  }

  private static void await(Future<?> deletion) {
    try {
      deletion.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("the sweep was interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof EkkofsException known
          ? known
          : new FailedException("cannot delete chunks: " + e.getCause(), e.getCause());
    }
  }
}
