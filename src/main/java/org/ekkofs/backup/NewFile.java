package org.ekkofs.backup;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;

/**
 * The name of a file that is to appear whole or not at all: it is written under another name on the
 * same file system, and gets its own in the end. Immutable.
 *
 * @param path where it is to appear, absolute
 * @param folder the folder of that
 * @param replace whether what is there may be replaced
 */
public record NewFile(Path path, Path folder, boolean replace) {
  /**
   * Checks that the file can be made.
   *
   * @throws AlreadyExistsException if there is one and it may not be replaced
   * @throws NotFoundException if there is no folder for it
   * @throws InvalidException if something else than a file is there
   */
  public static NewFile at(Path destination, boolean replace) {
    Path path = destination.toAbsolutePath();
    Path folder = path.getParent();
    if (folder == null || Files.isDirectory(path)) {
      throw new InvalidException(path + " is a directory; name a file in it");
    }
    if (!Files.isDirectory(folder)) {
      throw new NotFoundException("the folder " + folder + " does not exist");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new InvalidException(path + " is neither a file nor a block device");
    }
    // Links are not followed: also one that leads nowhere would be replaced.
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !replace) {
      throw exists(path);
    }
    return new NewFile(path, folder, replace);
  }

  private static AlreadyExistsException exists(Path path) {
    return new AlreadyExistsException(path + " exists already; --force replaces it");
  }

  /** A hidden name in the same folder that nobody else has, another one at each call. */
  public Path part() {
    return folder.resolve("." + UUID.randomUUID() + ".part");
  }

  /**
   * Gives what was written its name, and makes that durable.
   *
   * @param written a durable file on the same file system, which has its old name no longer then
   * @throws AlreadyExistsException if a file of this name has come meanwhile and was not to be
   *     replaced
   * @throws FailedException if the file system says no
   */
  public void complete(Path written) {
    try {
      name(written);
      try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
        opened.force(true);
      }
    } catch (FileAlreadyExistsException e) {
      throw exists(path);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private void name(Path written) throws IOException {
    if (replace) {
      Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    try {
      // Unlike a move it never replaces anything.
      Files.createLink(path, written);
      Files.delete(written);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // There are file systems without links.
      Files.move(written, path);
    }
  }

  /** What it means that a file could not be written. */
  public static EkkofsException failed(Path path, IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return new CancelledException("writing " + path + " was interrupted", e);
    }
    return new FailedException("cannot write " + path + ": " + Causes.of(e), e);
  }
}
