package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.fail;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.Compression;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.HandClock;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.ekkofs.testing.WordGrammar;

/** A repository in memory, presented as a tree that refreshes when told to. */
final class Mounted implements AutoCloseable {
  static final int UID = 1000;
  static final int GID = 1001;
  static final int MOUNTING_UID = 2000;
  static final int MOUNTING_GID = 2001;
  static final Path MOUNTPOINT = Path.of("/mnt/backups");
  static final SegmentSize SEGMENT = new SegmentSize(SegmentSize.MIN_BYTES);

  final HandClock clock = new HandClock();
  final TestRepository repository;
  final SegmentCache cache;
  final RepositoryFileSystem tree;

  private Mounted(TestRepository repository, Duration refresh) {
    this.repository = repository;
    this.cache = repository.cache();
    this.tree =
        RepositoryFileSystem.open(
            repository.repository(),
            cache,
            new SegmentTable(),
            new WordGrammar(),
            new VfsOptions(
                UID,
                GID,
                0007,
                refresh,
                MOUNTING_UID,
                MOUNTING_GID,
                clock,
                Optional.of(MOUNTPOINT)));
  }

  static Mounted create(Path dir) {
    return of(repository(dir));
  }

  static TestRepository repository(Path dir) {
    return TestRepository.create(dir.resolve("local"), SEGMENT, Compression.DEFAULT);
  }

  static Mounted of(TestRepository repository) {
    return new Mounted(repository, Duration.ofHours(1));
  }

  static Mounted of(TestRepository repository, Duration refresh) {
    return new Mounted(repository, refresh);
  }

  TrackedBackup snapshot(ModelDisk disk, String name, String parent) {
    TrackedBackup backup = repository.snapshot(disk, name, parent);
    tree.refreshNow();
    return backup;
  }

  DirectoryNode web() {
    return (DirectoryNode) tree.root().lookup("web").orElseThrow();
  }

  FileNode backup(String name) {
    return (FileNode) web().lookup(name + ".raw").orElseThrow();
  }

  DirectoryNode control() {
    return (DirectoryNode) tree.root().lookup("control").orElseThrow();
  }

  FileNode job(String name) {
    return (FileNode) control().lookup(name).orElseThrow();
  }

  /** What {@code echo text > control/name} does. */
  void write(String name, String text) {
    FileNode file = control().lookup(name).map(FileNode.class::cast).orElse(null);
    if (file == null) {
      file = control().create(name);
    } else {
      file.truncate();
    }
    append(file, text);
  }

  /** What {@code echo text >> control/name} does. */
  static void append(FileNode file, String text) {
    try (OpenFile open = file.open(true)) {
      open.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      open.flush();
    }
  }

  /** What {@code cat} shows of a file. */
  static String cat(FileNode file) {
    try (OpenFile open = file.open(false)) {
      return cat(open);
    }
  }

  static String cat(OpenFile open) {
    ByteBuffer text = ByteBuffer.allocate(1 << 20);
    try {
      while (open.read(text.position(), text) > 0) {
        continue;
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
  }

  /** The error number that an operation ends with. */
  static int errno(Runnable operation) {
    try {
      operation.run();
    } catch (ErrnoException e) {
      return e.errno().number();
    } catch (EkkofsException e) {
      return e.kind().errno();
    }
    return fail("it ended well");
  }

  @Override
  public void close() {
    tree.close();
    cache.close();
    repository.close();
  }
}
