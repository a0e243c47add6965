package org.ekkofs.vfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.model.FailedException;

/** Who owns what a mount shows. */
public record Owner(int uid, int gid) {
  /**
   * Whoever runs this process.
   *
   * @throws FailedException if that cannot be found out
   */
  public static Owner ofThisProcess() {
    return new Owner(id("uid"), id("gid"));
  }

  private static int id(String which) {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:" + which);
    } catch (IOException e) {
      throw new FailedException("cannot find out who runs this: /proc is not mounted", e);
    }
  }
}
