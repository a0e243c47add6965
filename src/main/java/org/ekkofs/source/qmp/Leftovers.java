package org.ekkofs.source.qmp;

import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.ekkofs.model.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process has left in a machine that died in the middle of its backup. */
record Leftovers(Machine machine) {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  /** What the names of everything begin with that is ours. */
  static final String PREFIX = "ekkofs-";

  /**
   * Removes it, but for the bitmaps, which the next backup needs.
   *
   * @throws RefusedException if the process has not died
   */
  void remove() {
    Set<Path> folders =
        machine.nodes().stream()
            .filter(node -> node.name().startsWith(PREFIX))
            .map(BlockNode::file)
            .flatMap(file -> ScratchFolder.of(file).stream())
            .collect(Collectors.toSet());
    for (Path folder : folders) {
      if (ScratchFolder.isInUse(folder)) {
        throw inUse();
      }
    }
    boolean served = folders.stream().anyMatch(ScratchFolder::isServed);
    machine.removeExports(PREFIX);
    if (served) {
      machine.stopServer();
    }
    machine.removeJobs(PREFIX);
    machine.removeNodes(PREFIX);
    folders.forEach(ScratchFolder::removeLeft);
    if (!folders.isEmpty()) {
      LOG.info("removed what an unfinished backup had left in {}", machine.client().description());
    }
  }

  /**
   * Makes sure that nobody else has come meanwhile through another monitor: two that begin at once
   * would take the bitmaps away from each other. Asked after the own overlays can be seen, so that
   * one of two sees the other.
   *
   * @param session what the names begin with that are our own
   * @throws RefusedException if there is somebody else, or what he has left
   */
  void refuseOthers(String session) {
    boolean others =
        machine.nodes().stream()
            .map(BlockNode::name)
            .anyMatch(name -> name.startsWith(PREFIX) && !name.startsWith(session));
    if (others) {
      throw inUse();
    }
  }

  private RefusedException inUse() {
    return new RefusedException(
        machine.client().description()
            + " is being backed up by another ekkofs; try again when that has ended");
  }
}
