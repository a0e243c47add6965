package org.ekkofs.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.TreeName;

/**
 * The mounts of ekkofs on this machine as they were when this was made, and which backups the files
 * in them are. What a file says of itself in its attributes is believed only in such a mount, made
 * by root or by the user of this process: anybody can give a file elsewhere the same attributes.
 * Immutable.
 */
public final class MountedBackups {
  private static final String TYPE = "fuse.ekkofs";
  private static final int MAX_VALUE = 4096;

  private final Set<String> devices;
  private final List<Path> ownPlaces;

  private MountedBackups(Set<String> devices, List<Path> ownPlaces) {
    this.devices = devices;
    this.ownPlaces = ownPlaces;
  }

  /**
   * As they are in the kernel's table now.
   *
   * @param own where this very process serves one. It must never ask that anything: it would wait
   *     for itself, and not end if it is killed then
   */
  public static MountedBackups now(Optional<Path> own) {
    return of(MountInfo.all(), own);
  }

  static MountedBackups of(List<MountInfo> mounts, Optional<Path> own) {
    Set<String> devices =
        mounts.stream()
            .filter(mount -> mount.type().equals(TYPE) && isTrusted(mount))
            .map(MountInfo::device)
            .collect(Collectors.toUnmodifiableSet());
    return new MountedBackups(
        devices, own.map(mountpoint -> places(mounts, mountpoint)).orElse(List.of()));
  }

  /** Everywhere that the mount at this place can be seen. */
  private static List<Path> places(List<MountInfo> mounts, Path mountpoint) {
    List<MountInfo> ekkofs = mounts.stream().filter(mount -> mount.type().equals(TYPE)).toList();
    Path place = unlinked(mountpoint, ekkofs);
    Set<String> own =
        ekkofs.stream()
            .filter(mount -> mount.mountpoint().equals(place))
            .map(MountInfo::device)
            .collect(Collectors.toUnmodifiableSet());
    return Stream.concat(
            Stream.of(place),
            ekkofs.stream()
                .filter(mount -> own.contains(mount.device()))
                .map(MountInfo::mountpoint))
        .distinct()
        .toList();
  }

  private static Path unlinked(Path mountpoint, List<MountInfo> ekkofs) {
    try {
      return LinkWalk.resolve(
          mountpoint, path -> ekkofs.stream().anyMatch(m -> path.startsWith(m.mountpoint())));
    } catch (IOException e) {
      return mountpoint;
    }
  }

  private static boolean isTrusted(MountInfo mount) {
    try {
      int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      return mount.user().stream().allMatch(user -> user == 0 || user == self);
    } catch (IOException e) {
      throw new FailedException("cannot find out who runs this: /proc is not mounted", e);
    }
  }

  /** Whether it lies in the mount of this very process, and must not be touched. */
  public boolean isOwn(Path resolved) {
    return ownPlaces.stream().anyMatch(resolved::startsWith);
  }

  /**
   * Makes sure that it does not.
   *
   * @param named what to call it in the message
   * @throws RefusedException if it does
   */
  public void refuseOwn(Path resolved, String named) {
    if (isOwn(resolved)) {
      throw new RefusedException(
          named + " lies in this very mount; snapshot it with \"ekkofs snapshot\" instead");
    }
  }

  /**
   * The path without links; never touches the mount of this very process.
   *
   * @throws IOException if there are too many links, or one cannot be read
   */
  public Path resolve(Path path) throws IOException {
    return LinkWalk.resolve(path, this::isOwn);
  }

  /**
   * Whether it lies in a mount of ekkofs that is not this process's own.
   *
   * @throws IOException if it cannot be examined
   */
  public boolean contains(Path resolved) throws IOException {
    return !isOwn(resolved) && devices.contains(device(resolved));
  }

  /** As the kernel's table of mounts writes it. */
  private static String device(Path path) throws IOException {
    long number = (long) Files.getAttribute(path, "unix:dev");
    long major = (number >> 8 & 0xfff) | (number >> 32 & ~0xfffL);
    long minor = (number & 0xff) | (number >> 12 & ~0xffL);
    return major + ":" + minor;
  }

  /**
   * Which backup a file is; empty if it is none, or not in a mount of ekkofs that is not this
   * process's own.
   *
   * @throws IOException if that cannot be found out
   */
  public Optional<Basis> find(Path resolved) throws IOException {
    return contains(resolved) ? attributed(resolved) : Optional.empty();
  }

  private static Optional<Basis> attributed(Path file) throws IOException {
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    if (view == null || !view.list().contains("ekkofs.id")) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Basis(
              value(view, "ekkofs.repository_id"),
              new TreeName(value(view, "ekkofs.tree")),
              BackupId.parse(value(view, "ekkofs.id"))));
    } catch (InvalidException noBackup) {
      return Optional.empty();
    }
  }

  private static String value(UserDefinedFileAttributeView view, String name) throws IOException {
    ByteBuffer value = ByteBuffer.allocate(MAX_VALUE);
    view.read(name, value);
    return StandardCharsets.UTF_8.decode(value.flip()).toString();
  }
}
