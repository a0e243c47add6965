package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.ekkofs.catalog.Fact;
import org.ekkofs.format.References;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.StoredObject;
import org.ekkofs.store.ObjectKey;

/**
 * What committed backups refer to. Whatever it gives has the digest that the commit names, whether
 * it came from this machine's catalog or from the store. For one thread.
 */
final class KnownReferences {
  private static final int FETCHERS = 16;
  private static final int BATCH = 256;

  private final Repository repository;
  private final Tree tree;
  private final Progress progress;

  KnownReferences(Repository repository, Tree tree, Progress progress) {
    this.repository = repository;
    this.tree = tree;
    this.progress = progress;
  }

  /**
   * Shows the references of backups, a few at a time in memory.
   *
   * @throws CorruptException if those of one are missing or not what was committed; it says which
   */
  void forEach(Collection<TrackedBackup> backups, BiConsumer<TrackedBackup, References> consumer) {
    for (List<TrackedBackup> some : pieces(List.copyOf(backups))) {
      Map<BackupId, byte[]> recalled = recalled(some);
      List<TrackedBackup> missing = new ArrayList<>();
      for (TrackedBackup backup : some) {
        byte[] bytes = recalled.get(backup.id());
        if (bytes != null && TreeReferences.isWhatWasCommitted(bytes, expected(backup))) {
          consumer.accept(backup, References.decode(bytes));
        } else {
          missing.add(backup);
        }
      }
      fetch(missing, consumer);
    }
  }

  private static List<List<TrackedBackup>> pieces(List<TrackedBackup> backups) {
    List<List<TrackedBackup>> pieces = new ArrayList<>();
    for (int from = 0; from < backups.size(); from += BATCH) {
      pieces.add(backups.subList(from, Math.min(backups.size(), from + BATCH)));
    }
    return pieces;
  }

  private Map<BackupId, byte[]> recalled(List<TrackedBackup> backups) {
    return repository
        .catalog()
        .facts(tree.name(), Fact.REFERENCES, backups.stream().map(TrackedBackup::id).toList());
  }

  private static StoredObject expected(TrackedBackup backup) {
    if (backup.phase() instanceof Phase.Committed committed) {
      return committed.commit().references();
    }
    throw new IllegalArgumentException("not committed: " + backup);
  }

  private void fetch(List<TrackedBackup> backups, BiConsumer<TrackedBackup, References> consumer) {
    if (backups.isEmpty()) {
      return;
    }
    Map<BackupId, byte[]> fetched = new HashMap<>();
    ExecutorService fetchers =
        repository.threads().pool("ekkofs-references", Math.min(FETCHERS, backups.size()));
    try {
      List<Future<byte[]>> results = new ArrayList<>();
      for (TrackedBackup backup : backups) {
        results.add(fetchers.submit(() -> get(backup)));
      }
      for (int n = 0; n < results.size(); n++) {
        progress.check();
        byte[] bytes = result(results.get(n));
        fetched.put(backups.get(n).id(), bytes);
        consumer.accept(backups.get(n), References.decode(bytes));
      }
    } finally {
      fetchers.shutdownNow();
    }
    repository.catalog().remember(tree.name(), Fact.REFERENCES, fetched);
  }

  private byte[] get(TrackedBackup backup) {
    ObjectKey key = tree.keys().references(backup.id());
    StoredObject expected = expected(backup);
    byte[] bytes =
        repository
            .store()
            .get(key, (int) Math.min(Integer.MAX_VALUE - 8, expected.length()))
            .orElseThrow(() -> damaged(backup, key + " is missing from the store"));
    if (!TreeReferences.isWhatWasCommitted(bytes, expected)) {
      throw damaged(backup, key + " is not what was committed");
    }
    return bytes;
  }

  private CorruptException damaged(TrackedBackup backup, String what) {
    return new CorruptException(
        "what backup \"%s/%s\" refers to cannot be told, so nothing may be deleted: %s"
            .formatted(tree.name(), backup.name(), what));
  }

  private static byte[] result(Future<byte[]> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof EkkofsException known
          ? known
          : new FailedException("cannot read references: " + e.getCause(), e.getCause());
    }
  }
}
