package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.ekkofs.backup.Host;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.ObjectLogStore;
import org.ekkofs.log.Stamper;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.Digest;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.StoredObject;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManyBackupsTest {
  private static final int BACKUPS = 10_000;
  private static final StoredObject OBJECT = new StoredObject(Digest.of(new byte[32]), 1, 1);

  @TempDir private Path dir;

  @Test
  void tenThousandBackupsOfATreeShow() {
    TestRepository repository = Mounted.repository(dir);
    CommitLog log = log(repository);
    append(log, new LogEvent.Create(SegmentSize.DEFAULT, Compression.DEFAULT));
    for (int n = 0; n < BACKUPS; n++) {
      announceAndCommit(log, "backup-" + n);
    }
    try (Mounted mounted = Mounted.of(repository)) {
      Set<Long> inodes = new HashSet<>();
      mounted.web().list().forEach(entry -> inodes.add(entry.inode()));
      assertThat(inodes).hasSize(BACKUPS + 1);
      announceAndCommit(log, "one-more");
      mounted.tree.refreshNow();
      assertThat(mounted.backup("one-more").attributes().size()).isEqualTo(1 << 30);
      assertThat(mounted.backup("backup-0").attributes().blocks512()).isEqualTo(1);
      assertThat(mounted.tree.statistics().bytes()).isEqualTo(BACKUPS + 1);
    }
  }

  private static CommitLog log(TestRepository repository) {
    Stamper stamper = new Stamper(Clock.systemUTC(), UUID::randomUUID, "elsewhere");
    return new CommitLog(
        TestRepository.TREE,
        new ObjectLogStore(repository.memory()),
        stamper,
        new TreeState(),
        state -> {});
  }

  private static void announceAndCommit(CommitLog log, String name) {
    BackupId id = new BackupId(UUID.randomUUID());
    append(
        log,
        new LogEvent.Intent(id, new BackupName(name), Optional.empty(), Host.current().self()));
    append(log, new LogEvent.Commit(id, OBJECT, OBJECT, new BackupFigures(1 << 30, 1, 1, 1, 1)));
  }

  /** Appends without asking whether it fits. */
  private static void append(CommitLog log, LogEvent event) {
    boolean[] asked = {false};
    log.append(
        state -> {
          boolean first = !asked[0];
          asked[0] = true;
          return first ? Optional.of(event) : Optional.empty();
        },
        TreeState::slot);
  }
}
