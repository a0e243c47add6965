package org.ekkofs.restore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.fuse.Fuse;
import org.ekkofs.fuse.FuseMount;
import org.ekkofs.fuse.FuseOptions;
import org.ekkofs.fuse.Mountpoints;
import org.ekkofs.model.Causes;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.vfs.VirtualFileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mount for this process and the programs that it starts: in a folder for temporary files, closed
 * to other users, served by this process, so that it fails all reads once that has been killed.
 * What a killed process has left of such a mount the next one takes away. For one thread.
 */
final class PrivateMount implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PrivateMount.class);
  private static final String PREFIX = "ekkofs-restore-";

  private final Path folder;
  private final FuseMount mount;

  private PrivateMount(Path folder, FuseMount mount) {
    this.folder = folder;
    this.mount = mount;
  }

  /**
   * Mounts a tree; it stays the caller's to close, after this.
   *
   * @throws EkkofsException if that cannot be done on this machine; says why
   */
  static PrivateMount of(VirtualFileSystem tree) {
    Path folder = folder();
    try {
      removeLeftovers(folder);
      return new PrivateMount(folder, Fuse.mount(tree, folder, FuseOptions.defaults()));
    } catch (RuntimeException | Error e) {
      remove(folder);
      throw e;
    }
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory(PREFIX + ProcessHandle.current().pid() + "-").toRealPath();
    } catch (IOException e) {
      throw new FailedException("cannot make a folder to mount the backup in: " + Causes.of(e), e);
    }
  }

  /** A mount without its server is nobody's, whoever began it; others' are not ours to unmount. */
  private static void removeLeftovers(Path folder) {
    for (Path place : Mountpoints.list()) {
      String name = String.valueOf(place.getFileName());
      boolean ours = name.startsWith(PREFIX) && place.equals(folder.resolveSibling(name));
      if (ours && Mountpoints.isStale(place)) {
        try {
          Mountpoints.unmount(place);
          remove(place);
        } catch (EkkofsException e) {
          LOG.debug("{} stays", place, e);
        }
      }
    }
  }

  private static void remove(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", folder, Causes.of(e));
    }
  }

  /** A file of the tree. */
  Path file(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() {
    mount.close();
    remove(folder);
  }
}
