package org.ekkofs.vfs;

import org.ekkofs.backup.CacheFolder;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.backup.Repository;
import org.ekkofs.control.Commands;
import org.ekkofs.control.Grammar;
import org.ekkofs.control.Jobs;
import org.ekkofs.control.SweepTrees;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.CorruptException;

/** A repository as a mounted tree. */
public final class RepositoryFileSystem implements VirtualFileSystem {
  private final Prefetcher prefetcher;
  private final DiskPool disks;
  private final Filler filler;
  private final CacheFolder.Use use;
  private final LiveTrees trees;
  private final Jobs jobs;
  private final DailySweeps sweeps;
  private final RootDirectory root;
  private volatile NameListener listener = (directory, name) -> {};

  private RepositoryFileSystem(
      Repository repository,
      SegmentCache cache,
      SegmentTable table,
      Grammar grammar,
      VfsOptions options) {
    String description = repository.description();
    prefetcher = new Prefetcher(cache.memoryBytes(), repository.parallelism());
    disks = new DiskPool(cache, table);
    use = new CacheFolder(repository).use();
    filler =
        new Filler(new LocalCopies(repository), disks, cache, options.clock(), options.fillBytes());
    TreeDirectory.Mount mount =
        new TreeDirectory.Mount(
            description,
            repository.descriptor().id(),
            options,
            new Inodes(),
            disks,
            prefetcher,
            filler);
    trees = new LiveTrees(repository, mount, new Told());
    Commands commands = new Commands(repository, trees, options.mountpoint(), disks);
    jobs = new Jobs(commands, grammar, options.clock());
    sweeps = new DailySweeps(new SweepTrees(repository, disks), options.clock());
    root = new RootDirectory(description, options, trees, new ControlDirectory(options, jobs));
  }

  /**
   * Reads what there is and begins to keep it up to date. A tree of which the log is damaged is
   * left out, and logged.
   *
   * @param repository stays the caller's to close, after this
   * @param cache as the repository
   * @param grammar how command lines in the control directory are read
   * @throws org.ekkofs.model.EkkofsException if the repository cannot be read now
   */
  public static RepositoryFileSystem open(
      Repository repository,
      SegmentCache cache,
      SegmentTable table,
      Grammar grammar,
      VfsOptions options) {
    RepositoryFileSystem tree =
        new RepositoryFileSystem(repository, cache, table, grammar, options);
    try {
      tree.refreshNow();
    } catch (CorruptException logged) {
      return tree.started(options);
    } catch (RuntimeException | Error e) {
      tree.close();
      throw e;
    }
    return tree.started(options);
  }

  private RepositoryFileSystem started(VfsOptions options) {
    trees.start(options.refresh());
    options.sweepAt().ifPresent(sweeps::start);
    return this;
  }

  private final class Told implements LiveTrees.Changes {
    @Override
    public void inTree(TreeDirectory tree, String name) {
      listener.nameChanged(tree, name);
    }

    @Override
    public void inRoot(String name) {
      listener.nameChanged(root, name);
    }
  }

  /**
   * Looks at once for what has changed, and waits for it.
   *
   * @throws org.ekkofs.model.EkkofsException if something could not be read; it stays as it was
   */
  public void refreshNow() {
    trees.refresh();
  }

  @Override
  public DirectoryNode root() {
    return root;
  }

  @Override
  public Statistics statistics() {
    long bytes = 0;
    long files = 2 + 2L * jobs.list().size();
    for (TreeDirectory tree : trees.trees().values()) {
      TreeView view = tree.view();
      bytes += view.dataBytes();
      files += 1 + view.nodes().size() + (view.newest().isPresent() ? 1 : 0);
    }
    return new Statistics(bytes, files);
  }

  @Override
  public void listen(NameListener next) {
    listener = next;
  }

  @Override
  public void close() {
    sweeps.close();
    jobs.close();
    trees.close();
    prefetcher.close();
    filler.close();
    disks.close();
    use.close();
  }
}
