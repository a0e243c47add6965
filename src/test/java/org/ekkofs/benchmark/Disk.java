package org.ekkofs.benchmark;

import java.nio.file.Path;

/**
 * A disk that has been backed up.
 *
 * @param tree its backup tree
 * @param backup its newest backup
 * @param raw the same bytes as a plain file
 * @param qcow2 the same bytes as a chain of overlays, one for each backup
 * @param dataBytes how much of it is not a hole
 */
record Disk(String tree, String backup, Path raw, Path qcow2, long dataBytes) {
  /** Its file in a mount. */
  String file() {
    return tree + "/" + backup + ".raw";
  }

  /** The name of its newest backup. */
  String name() {
    return tree + "/" + backup;
  }
}
