package org.ekkofs.vfs;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How the mounted tree presents itself.
 *
 * @param uid who owns what is read-only
 * @param gid its group
 * @param umask permission bits that are taken away from what is read-only
 * @param refresh how often to look for what other hosts have done
 * @param mountingUid who owns the control directory: whoever mounted
 * @param mountingGid its group
 * @param clock tells the times of jobs
 * @param mountpoint where the tree is mounted, if it is
 * @param fillBytes how much local copies may take that are made of disks that are read a lot; 0 to
 *     make none
 * @param sweepAt when to sweep all trees every day; empty for never
 */
public record VfsOptions(
    int uid,
    int gid,
    int umask,
    Duration refresh,
    int mountingUid,
    int mountingGid,
    Clock clock,
    Optional<Path> mountpoint,
    long fillBytes,
    Optional<SweepTime> sweepAt) {
  /** Backups never change; the kernel may believe what it was told of them. */
  private static final Duration FOREVER = Duration.ofDays(1);

  private static final int DIRECTORY = 0555;
  private static final int FILE = 0440;
  private static final int LINK = 0777;

  /** Options that have no local copies made and nothing swept. */
  public VfsOptions(
      int uid,
      int gid,
      int umask,
      Duration refresh,
      int mountingUid,
      int mountingGid,
      Clock clock,
      Optional<Path> mountpoint) {
    this(
        uid, gid, umask, refresh, mountingUid, mountingGid, clock, mountpoint, 0, Optional.empty());
  }

  /** The same with local copies made within a bound. */
  public VfsOptions withFillBytes(long bytes) {
    return new VfsOptions(
        uid, gid, umask, refresh, mountingUid, mountingGid, clock, mountpoint, bytes, sweepAt);
  }

  /** The same with sweeps at a time of day, or without. */
  public VfsOptions withSweepAt(Optional<SweepTime> time) {
    return new VfsOptions(
        uid, gid, umask, refresh, mountingUid, mountingGid, clock, mountpoint, fillBytes, time);
  }

  Attributes directory(long inode, Instant modified) {
    return readOnly(inode, Attributes.Type.DIRECTORY, DIRECTORY & ~umask, 0, 0, modified, refresh);
  }

  Attributes link(long inode, int length, Instant modified) {
    return readOnly(inode, Attributes.Type.LINK, LINK, length, 0, modified, refresh);
  }

  Attributes backup(long inode, long size, long dataBytes, Instant taken) {
    long blocks512 = (dataBytes + 511) / 512;
    return readOnly(inode, Attributes.Type.FILE, FILE & ~umask, size, blocks512, taken, FOREVER);
  }

  private Attributes readOnly(
      long inode,
      Attributes.Type type,
      int permissions,
      long size,
      long blocks512,
      Instant modified,
      Duration validFor) {
    return new Attributes(inode, type, permissions, uid, gid, size, blocks512, modified, validFor);
  }

  Attributes control(
      long inode, Attributes.Type type, int permissions, long size, Instant modified) {
    return new Attributes(
        inode,
        type,
        permissions,
        mountingUid,
        mountingGid,
        size,
        (size + 511) / 512,
        modified,
        Duration.ZERO);
  }
}
