package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.ChunkCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.source.RawSource;
import org.ekkofs.store.folder.FolderObjectStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotsTest {
  @TempDir Path dir;

  @Test
  void smoke() throws Exception {
    FolderObjectStore store = FolderObjectStore.create(dir.resolve("repo"));
    Repository.init(store, Clock.systemUTC());
    Repository repo =
        Repository.open(store, new LocalState(dir.resolve("cache")), Surroundings.real());
    byte[] content = new byte[5_000_001];
    new java.util.Random(1).nextBytes(content);
    java.util.Arrays.fill(content, 1 << 20, 3 << 20, (byte) 0);
    Path disk = dir.resolve("disk");
    Files.write(disk, content);
    Snapshots snapshots = new Snapshots(repo);
    TrackedBackup a;
    try (RawSource source = RawSource.open(disk)) {
      a =
          snapshots.take(
              source,
              new SnapshotRequest(BackupPath.parse("web/a"), Optional.empty()),
              Progress.NONE);
    }
    content[3_500_000]++;
    Files.write(disk, content);
    TrackedBackup b;
    try (RawSource source = RawSource.open(disk)) {
      b =
          snapshots.take(
              source,
              new SnapshotRequest(BackupPath.parse("web/b"), Optional.of(new BackupName("a"))),
              Progress.NONE);
    }
    System.out.println(a + "\n" + b);
    Tree tree = repo.tree(a.id() == null ? null : new org.ekkofs.model.TreeName("web"));
    try (ChunkCache cache = new ChunkCache(store, 64 << 20, Optional.empty());
        BackupDisk read =
            new BackupDisk(tree.keys(), tree.manifest(b), new SegmentTable(), cache)) {
      ByteBuffer target = ByteBuffer.allocate(content.length + 10);
      assertThat(read.read(0, target)).isEqualTo(content.length);
      assertThat(java.util.Arrays.copyOf(target.array(), content.length)).isEqualTo(content);
    }
  }
}
