package org.ekkofs.source.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.source.BlockDevices;
import org.ekkofs.source.MountedBackups;

/**
 * Where the files may lie that the header of an image names: in the image's own folder, in mounts
 * of ekkofs, and in or below folders that the user has named.
 */
final class AllowedPlaces {
  private final Optional<Path> ownFolder;
  private final List<Path> allowed;
  private final MountedBackups mounts;

  /**
   * For one image.
   *
   * @param image without links
   * @throws NotFoundException if a folder that is allowed does not exist
   */
  AllowedPlaces(Path image, List<Path> folders, MountedBackups mounts) {
    // Beside a device lie all the others.
    this.ownFolder = Files.isRegularFile(image) ? Optional.of(folder(image)) : Optional.empty();
    this.mounts = mounts;
    this.allowed = new ArrayList<>();
    for (Path named : folders) {
      Path folder = resolve(named, named.toString());
      mounts.refuseOwn(folder, named.toString());
      if (!Files.isDirectory(folder)) {
        throw new NotFoundException(named + ", given by --allow-backing, is no folder");
      }
      allowed.add(folder);
    }
  }

  /** The file that a header names, without links, if it may be opened. */
  Path require(Path image, String what, String name) {
    if (isElsewhere(name)) {
      throw new RefusedException(
          "%s says that its %s is \"%s\"; only files and block devices are followed"
              .formatted(image, what, Names.printable(name)));
    }
    String named = "%s, the %s of %s,".formatted(Names.printable(name), what, image);
    Path file = resolve(folder(image).resolve(name), named);
    mounts.refuseOwn(file, named);
    requireAllowed(file, named);
    requireKind(file, named);
    return file;
  }

  /** As QEMU does it: a colon before any slash ends the name of a protocol. */
  private static boolean isElsewhere(String name) {
    int colon = name.indexOf(':');
    int slash = name.indexOf('/');
    return name.isEmpty()
        || name.indexOf('\0') >= 0
        || (colon >= 0 && (slash < 0 || colon < slash));
  }

  private static Path folder(Path file) {
    Path folder = file.getParent();
    return folder == null ? file.toAbsolutePath().getRoot() : folder;
  }

  private Path resolve(Path path, String named) {
    try {
      return mounts.resolve(path);
    } catch (IOException e) {
      throw new FailedException(named + " cannot be found: " + Causes.of(e), e);
    }
  }

  private void requireAllowed(Path file, String named) {
    boolean near =
        ownFolder.map(folder(file)::equals).orElse(false)
            || allowed.stream().anyMatch(file::startsWith);
    if (!near && !isMounted(file)) {
      throw new RefusedException(
          "%s lies in a place that is not allowed: if it is to be read, give --allow-backing %s"
              .formatted(named, folder(file)));
    }
  }

  private boolean isMounted(Path file) {
    try {
      return mounts.contains(file);
    } catch (IOException e) {
      return false;
    }
  }

  /** Also keeps QEMU from waiting for the other end of a pipe. */
  private static void requireKind(Path file, String named) {
    if (!Files.exists(file)) {
      throw new NotFoundException(named + " does not exist");
    }
    if (!Files.isRegularFile(file) && !BlockDevices.isBlockDevice(file)) {
      throw new InvalidException(named + " is neither a file nor a block device");
    }
  }
}
