package org.ekkofs.source.qmp;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a machine is backed up.
 *
 * @param agent the socket of the guest's agent, by which its file systems are held still at the
 *     moment of the backup; empty if they are not
 * @param scratch a folder for what the guest overwrites meanwhile, up to the size of its disks
 */
public record LiveOptions(Optional<Path> agent, Path scratch) {
  /** Without an agent, in the usual folder. */
  public static final LiveOptions DEFAULT = new LiveOptions(Optional.empty(), Path.of("/var/tmp"));
}
