package org.ekkofs.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RefusedException;

/** What must be known of a block device before it is touched. */
public final class BlockDevices {
  private static final int S_IFMT = 0170000;
  private static final int S_IFBLK = 0060000;
  private static final int EBUSY = 16;

  private BlockDevices() {}

  /** Whether there is a block device at the path, links followed. */
  public static boolean isBlockDevice(Path path) {
    try {
      return Files.exists(path)
          && ((int) Files.getAttribute(path, "unix:mode") & S_IFMT) == S_IFBLK;
    } catch (IOException e) {
      throw new FailedException(path + " cannot be examined: " + e.getMessage(), e);
    }
  }

  /**
   * Makes sure that nothing uses the device: no mount, no swap, no volume or array built on it.
   *
   * @throws RefusedException if something does
   */
  public static void refuseIfInUse(Path device) {
    int descriptor =
        LibC.functions().open(device.toString(), LibC.O_RDONLY | LibC.O_EXCL | LibC.O_CLOEXEC);
    if (descriptor >= 0) {
      LibC.functions().close(descriptor);
    } else if (LibC.lastError() == EBUSY) {
      throw new RefusedException(device + " is in use (mounted, or part of something that is)");
    } else {
      throw new FailedException(device + " cannot be opened (error " + LibC.lastError() + ")");
    }
  }
}
