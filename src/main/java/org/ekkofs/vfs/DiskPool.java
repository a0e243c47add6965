package org.ekkofs.vfs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ekkofs.backup.DiskUse;
import org.ekkofs.backup.Tree;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.TreeName;
import org.jspecify.annotations.Nullable;

/**
 * The disks that are open, each shared by everybody who reads it, and a few that nobody reads any
 * more but may soon. Safe for use by many threads.
 *
 * <p>Everything in a mount that reads chunks for a reader holds a {@link Lease} meanwhile: open
 * files, also those that the kernel reads from a local copy, which may end to be usable; and what
 * makes local copies. So what a sweep is told not to be read is not read. Fetches for an open file
 * that still go on when it has been closed hold none: if their chunks go, they fail, and that is
 * nobody's failure but theirs ({@link SegmentCache} fetches anew for whoever has the segment stored
 * elsewhere).
 */
final class DiskPool implements DiskUse, AutoCloseable {
  private static final int MAX_IDLE = 8;

  record Key(TreeName tree, BackupId backup) {}

  private final SegmentCache cache;
  private final SegmentTable table;

  /** These four are guarded by this object's lock, never held while a disk is opened or closed. */
  private final Map<Key, Shared> disks = new HashMap<>();

  private final Set<Shared> idle = new LinkedHashSet<>();
  private final ShutDisks shut = new ShutDisks();
  private boolean closed;

  DiskPool(SegmentCache cache, SegmentTable table) {
    this.cache = cache;
    this.table = table;
  }

  /** A disk and how many read it: a count that is guarded by the pool's lock. */
  private static final class Shared {
    private final Key key;
    private int users;

    /** Written under this object's lock. */
    private volatile @Nullable BackupDisk disk;

    Shared(Key key) {
      this.key = key;
    }

    synchronized void open(
        Tree tree, TrackedBackup backup, SegmentTable table, SegmentCache cache) {
      if (disk == null) {
        disk = new BackupDisk(tree.keys(), tree.manifest(backup), table, cache);
      }
    }

    /** Opens the disk anew unless somebody has done so; gives the one to use. */
    synchronized BackupDisk renew(
        BackupDisk broken,
        Tree tree,
        TrackedBackup backup,
        SegmentTable table,
        SegmentCache cache) {
      if (disk == broken) {
        disk = new BackupDisk(tree.keys(), tree.manifest(backup), table, cache);
        broken.close();
      }
      if (disk == null) {
        throw new ErrnoException(Errno.EIO);
      }
      return disk;
    }

    synchronized void close() {
      if (disk != null) {
        disk.close();
        disk = null;
      }
    }
  }

  /** A disk that stays open until this is closed, or the pool. */
  final class Lease implements AutoCloseable {
    private final Shared shared;
    private final Tree tree;
    private final TrackedBackup backup;

    private Lease(Shared shared, Tree tree, TrackedBackup backup) {
      this.shared = shared;
      this.tree = tree;
      this.backup = backup;
    }

    /**
     * The disk.
     *
     * @throws ErrnoException EIO after the pool was closed
     */
    BackupDisk disk() {
      BackupDisk disk = shared.disk;
      if (disk == null) {
        throw new ErrnoException(Errno.EIO);
      }
      return disk;
    }

    /**
     * Opens the disk anew, as the local copy of its manifest was damaged while it was open. Whoever
     * still reads from the broken one meets an error and comes here too.
     */
    BackupDisk renew(BackupDisk broken) {
      return shared.renew(broken, tree, backup, table, cache);
    }

    @Override
    public void close() {
      release(shared);
    }
  }

  /**
   * Opens a backup's disk; fetches its manifest if nobody has it open.
   *
   * @throws ErrnoException ENOENT if a sweep takes it, EIO after the pool was closed
   */
  Lease open(Tree tree, TrackedBackup backup) {
    Shared shared = enter(tree, backup.id());
    try {
      shared.open(tree, backup, table, cache);
      closeIfLate(shared);
      return new Lease(shared, tree, backup);
    } catch (RuntimeException | Error e) {
      release(shared);
      throw e;
    }
  }

  /** The pool may have been closed while the manifest was fetched, and then nobody else would. */
  private void closeIfLate(Shared shared) {
    boolean late;
    synchronized (this) {
      late = closed;
    }
    if (late) {
      shared.close();
      throw new ErrnoException(Errno.EIO);
    }
  }

  /**
   * A backup that was shut is still to be read once it was undeleted: then no plan covers it, and
   * none will before it is shut anew.
   */
  private Shared enter(Tree tree, BackupId backup) {
    Key key = new Key(tree.name(), backup);
    long checked = ShutDisks.NEVER;
    while (true) {
      synchronized (this) {
        if (!shut.contains(key) || shut.lastCall() == checked) {
          return acquire(key);
        }
        checked = shut.lastCall();
      }
      boolean visible =
          tree.all().stream().anyMatch(known -> known.id().equals(backup) && known.isVisible());
      if (!visible) {
        throw new ErrnoException(Errno.ENOENT);
      }
    }
  }

  /** Only with this object's lock. */
  private Shared acquire(Key key) {
    if (closed) {
      throw new ErrnoException(Errno.EIO);
    }
    Shared shared = disks.computeIfAbsent(key, Shared::new);
    shared.users++;
    idle.remove(shared);
    return shared;
  }

  private void release(Shared shared) {
    List<Shared> unused = new ArrayList<>();
    synchronized (this) {
      shared.users--;
      if (shared.users == 0 && !closed) {
        retire(shared, unused);
      }
    }
    unused.forEach(Shared::close);
  }

  private void retire(Shared shared, List<Shared> unused) {
    if (shared.disk == null) {
      disks.remove(shared.key);
      return;
    }
    idle.add(shared);
    if (idle.size() > MAX_IDLE) {
      Iterator<Shared> oldest = idle.iterator();
      Shared evicted = oldest.next();
      oldest.remove();
      disks.remove(evicted.key);
      unused.add(evicted);
    }
  }

  @Override
  public Set<BackupId> shut(TreeName tree, Set<BackupId> backups) {
    Set<BackupId> read = new HashSet<>();
    List<Shared> unused = new ArrayList<>();
    synchronized (this) {
      shut.called();
      for (BackupId backup : backups) {
        Key key = new Key(tree, backup);
        Shared shared = disks.get(key);
        if (shared != null && shared.users > 0) {
          read.add(backup);
          continue;
        }
        shut.add(key);
        if (shared != null) {
          disks.remove(key);
          idle.remove(shared);
          unused.add(shared);
        }
      }
    }
    unused.forEach(Shared::close);
    return read;
  }

  @Override
  public synchronized void reopen(TreeName tree, Set<BackupId> backups) {
    backups.forEach(backup -> shut.remove(new Key(tree, backup)));
  }

  /** How many disks are open, read or idle. */
  synchronized int size() {
    return disks.size();
  }

  /** Closes all disks, whoever reads them. */
  @Override
  public void close() {
    List<Shared> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(disks.values());
      disks.clear();
      idle.clear();
    }
    open.forEach(Shared::close);
  }
}
