package org.ekkofs.vfs;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.EkkofsException;

/** One backup as a mounted tree: a directory with a single file. */
public final class BackupFileSystem implements VirtualFileSystem {
  /** The name of the file. */
  public static final String FILE = "disk.raw";

  private final Prefetcher prefetcher;
  private final DiskPool disks;
  private final Filler filler;
  private final WatchedFile file;
  private final Directory root;

  /**
   * Shows a backup, whatever becomes of it.
   *
   * @param repository stays the caller's to close, after this
   * @param cache as the repository
   */
  public BackupFileSystem(
      Repository repository,
      Tree tree,
      TrackedBackup backup,
      SegmentCache cache,
      VfsOptions options) {
    prefetcher = new Prefetcher(cache.memoryBytes(), repository.parallelism());
    disks = new DiskPool(cache, new SegmentTable());
    filler = new Filler(new LocalCopies(repository), disks, cache, options.clock(), 0);
    Inodes inodes = new Inodes();
    TreeDirectory directory =
        new TreeDirectory(
            new TreeDirectory.Mount(
                repository.description(),
                repository.descriptor().id(),
                options,
                inodes,
                disks,
                prefetcher,
                filler),
            tree);
    BackupNode node = new BackupNode(directory, inodes.next(), backup);
    file = new WatchedFile(node);
    root = new Directory(options, backup.taken(), file, node.inode());
  }

  private record Directory(VfsOptions options, Instant modified, FileNode file, long inode)
      implements DirectoryNode {
    @Override
    public Attributes attributes() {
      return options.directory(Inodes.ROOT, modified);
    }

    @Override
    public Optional<Node> lookup(String name) {
      return Optional.<Node>of(file).filter(any -> name.equals(FILE));
    }

    @Override
    public List<Entry> list() {
      return List.of(new Entry(FILE, inode, Attributes.Type.FILE));
    }

    @Override
    public Duration namesValidFor() {
      return options.refresh();
    }
  }

  /** What made a read fail first, of which the reader was told an error number only. */
  public Optional<EkkofsException> failure() {
    return file.failure();
  }

  /** How large the disk is, in bytes. */
  public long diskBytes() {
    return file.attributes().size();
  }

  @Override
  public DirectoryNode root() {
    return root;
  }

  @Override
  public Statistics statistics() {
    return new Statistics(file.attributes().blocks512() * 512, 2);
  }

  /** Nothing changes here. */
  @Override
  public void listen(NameListener next) {}

  @Override
  public void close() {
    prefetcher.close();
    filler.close();
    disks.close();
  }
}
