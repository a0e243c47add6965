package org.ekkofs.vfs;

/** The whole mounted tree. Safe for use by many threads. */
public interface VirtualFileSystem extends AutoCloseable {
  /** Hears of names that have gone or that now stand for another node. */
  @FunctionalInterface
  interface NameListener {
    /**
     * The name in the directory is no longer what it was. Called from threads of the tree, never
     * from within a call of the binding; it must not throw.
     */
    void nameChanged(DirectoryNode directory, String name);
  }

  /**
   * What statfs(2) says.
   *
   * @param bytes what all disks take together, holes left out
   * @param files how many nodes there are
   */
  record Statistics(long bytes, long files) {}

  /** The top directory. */
  DirectoryNode root();

  /** Sums over the tree. */
  Statistics statistics();

  /** Sets who hears of changes; there is one listener at most. */
  void listen(NameListener listener);

  /** Stops refreshing and ends the jobs; open files fail from then on. */
  @Override
  void close();
}
