package org.ekkofs.vfs;

import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.control.VerdictWords;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.CorruptException;
import org.jspecify.annotations.Nullable;

/** A backup as a file: the disk it was taken of. There is one for each backup in a mount. */
final class BackupNode implements FileNode {
  static final String SUFFIX = ".raw";

  private final TreeDirectory directory;
  private final long inode;

  /** As it was last seen visible; changed under its directory's lock. */
  private volatile TrackedBackup backup;

  private volatile @Nullable String damage;

  BackupNode(TreeDirectory directory, long inode, TrackedBackup backup) {
    this.directory = directory;
    this.inode = inode;
    this.backup = backup;
  }

  TrackedBackup backup() {
    return backup;
  }

  void update(TrackedBackup now) {
    backup = now;
  }

  String fileName() {
    return backup.name() + SUFFIX;
  }

  long inode() {
    return inode;
  }

  long dataBytes() {
    return figures(backup).dataBytes();
  }

  static Phase.Committed committed(TrackedBackup backup) {
    if (backup.phase() instanceof Phase.Committed committed) {
      return committed;
    }
    throw new IllegalStateException("shown and not committed: " + backup);
  }

  private static BackupFigures figures(TrackedBackup backup) {
    return committed(backup).commit().figures();
  }

  @Override
  public Attributes attributes() {
    TrackedBackup now = backup;
    BackupFigures figures = figures(now);
    return directory.options().backup(inode, figures.diskBytes(), figures.dataBytes(), now.taken());
  }

  @Override
  public Map<String, String> extendedAttributes() {
    TrackedBackup now = backup;
    BackupFigures figures = figures(now);
    Map<String, String> values = new LinkedHashMap<>();
    values.put("user.ekkofs.id", now.id().toString());
    values.put("user.ekkofs.tree", directory.name());
    values.put("user.ekkofs.repository", directory.repository());
    values.put("user.ekkofs.repository_id", directory.repositoryId().toString());
    values.put("user.ekkofs.name", now.name().value());
    now.parent()
        .ifPresent(
            parent -> {
              values.put("user.ekkofs.parent_id", parent.toString());
              directory
                  .visible(parent)
                  .ifPresent(node -> values.put("user.ekkofs.parent", node.backup.name().value()));
            });
    values.put("user.ekkofs.created", now.taken().toString());
    now.copied()
        .ifPresent(
            copied -> {
              values.put("user.ekkofs.copy_of", copied.origin().backup().toString());
              values.put("user.ekkofs.copied", now.begun().toString());
            });
    values.put("user.ekkofs.host", now.writer().host());
    values.put("user.ekkofs.disk_bytes", Long.toString(figures.diskBytes()));
    values.put("user.ekkofs.data_bytes", Long.toString(figures.dataBytes()));
    values.put("user.ekkofs.new_bytes", Long.toString(figures.newBytes()));
    values.put("user.ekkofs.stored_bytes", Long.toString(figures.storedBytes()));
    values.put("user.ekkofs.segment_bytes", Integer.toString(directory.segmentBytes()));
    now.verdict()
        .ifPresent(
            verdict ->
                values.put(
                    "user.ekkofs.verified",
                    VerdictWords.sentence(verdict, ZoneId.systemDefault())));
    values.put("user.ekkofs.protected", Boolean.toString(now.isProtected()));
    Optional.ofNullable(damage).ifPresent(what -> values.put("user.ekkofs.damaged", what));
    return values;
  }

  /** Remembers that what is stored of it is missing or damaged. */
  void damaged(CorruptException what) {
    if (damage == null) {
      damage = String.valueOf(what.getMessage());
    }
  }

  /** A complete local copy of it, if there is one. */
  Optional<LocalCopies.Lease> copy() {
    return directory.filler().copy(directory.tree(), backup);
  }

  /** Hears that so many bytes of it were read. */
  void read(long bytes) {
    directory.filler().read(directory.tree(), backup, dataBytes(), bytes);
  }

  @Override
  public OpenFile open(boolean write) {
    if (write) {
      throw new ErrnoException(Errno.EROFS);
    }
    try {
      return new OpenBackup(
          this, directory.disks().open(directory.tree(), backup), directory.prefetcher());
    } catch (CorruptException e) {
      damaged(e);
      throw e;
    }
  }
}
