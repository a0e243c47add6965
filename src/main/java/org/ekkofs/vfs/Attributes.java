package org.ekkofs.vfs;

import java.time.Duration;
import java.time.Instant;

/**
 * What stat(2) says of a node.
 *
 * @param inode the number of the node, unique in the tree and never used for another node
 * @param type what it is
 * @param permissions the lower nine mode bits
 * @param uid owner
 * @param gid group
 * @param size bytes of a file, length of a link's target, 0 for a directory
 * @param blocks512 units of 512 bytes the content takes, holes left out
 * @param modified time of last change, also given as access and change time
 * @param validFor how long the kernel may remember these attributes without asking again
 */
public record Attributes(
    long inode,
    Type type,
    int permissions,
    int uid,
    int gid,
    long size,
    long blocks512,
    Instant modified,
    Duration validFor) {

  /** The kinds of node. */
  public enum Type {
    DIRECTORY,
    FILE,
    LINK
  }
}
