package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.disk.FetchSettings;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.SlowObjectStore;
import org.ekkofs.testing.WordGrammar;
import org.ekkofs.vfs.RepositoryFileSystem;
import org.ekkofs.vfs.VfsOptions;

/** How long a mount takes to know all trees of a store far away, and to look for changes. */
final class DistantTrees {
  private static final Duration DISTANCE = Duration.ofMillis(20);
  private static final VfsOptions OPTIONS =
      new VfsOptions(0, 0, 0, Duration.ofHours(1), 0, 0, Clock.systemUTC(), Optional.empty());

  private DistantTrees() {}

  static void measure(Path folder, Lab lab, Report report) throws IOException {
    LocalState local = new LocalState(lab.unused("local"));
    Samples known = new Samples();
    Samples refreshed = new Samples();
    measure(folder, local, new Samples(), new Samples());
    for (int run = 0; run < lab.options().runs(); run++) {
      measure(folder, local, known, refreshed);
    }
    report.add(Row.absolute("1,000 trees, 20 ms away: at mount", "s", known, Goal.NONE));
    report.add(Row.absolute("1,000 trees, 20 ms away: a refresh", "s", refreshed, Goal.atMost(5)));
  }

  private static void measure(Path folder, LocalState local, Samples known, Samples refreshed) {
    long begun = System.nanoTime();
    try (Repository repository =
            Repository.open(
                new SlowObjectStore(FolderObjectStore.open(folder), DISTANCE),
                local,
                Surroundings.real());
        SegmentCache cache =
            new SegmentCache(repository.store(), FetchSettings.DEFAULT, 1 << 20, Optional.empty());
        RepositoryFileSystem tree =
            RepositoryFileSystem.open(
                repository, cache, new SegmentTable(), new WordGrammar(), OPTIONS)) {
      known.add((System.nanoTime() - begun) / 1e9);
      begun = System.nanoTime();
      tree.refreshNow();
      refreshed.add((System.nanoTime() - begun) / 1e9);
    }
  }
}
