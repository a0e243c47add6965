package org.ekkofs.fuse;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.ekkofs.vfs.LocalCopy;
import org.ekkofs.vfs.OpenFile;

/**
 * Decides for each open of a file whether the kernel reads it from a local copy. The kernel refuses
 * two things, and an open that asks for them fails: a node that is open both ways at once, and two
 * copies for one node. So the first open of a node decides, and all others follow until the last of
 * them is closed. Only files that the kernel may cache take part. Safe for use by many threads.
 */
final class BackingFiles {
  /** The number of no copy: the file is read from us. */
  static final int NONE = 0;

  /** What the kernel does with copies. */
  interface Kernel {
    /** Whether it can do this at all; the same for as long as the mount lives. */
    boolean isReady();

    /**
     * Lets it read a copy, and gives the copy's number, never {@link #NONE}; empty if it refuses.
     */
    OptionalInt register(LocalCopy copy);

    /** Takes the number back. */
    void unregister(int number);
  }

  private static final class Node {
    private final int number;
    private int opens = 1;

    Node(int number) {
      this.number = number;
    }
  }

  private final Kernel kernel;

  /** The nodes that are open; guarded by this object's lock, held while the kernel is asked. */
  private final Map<Long, Node> nodes = new HashMap<>();

  private boolean ended;

  BackingFiles(Kernel kernel) {
    this.kernel = kernel;
  }

  /**
   * Counts an open of a node; whoever calls this calls {@link #closed} once for it.
   *
   * @return the number of the copy to read it from, or {@link #NONE}
   */
  int opened(long node, OpenFile file) {
    if (!file.immutable() || !kernel.isReady()) {
      return NONE;
    }
    // Asked even if it is decided: whoever gives a copy is to know for how long it is read.
    Optional<LocalCopy> copy = file.localCopy();
    return opened(node, copy);
  }

  private synchronized int opened(long node, Optional<LocalCopy> copy) {
    Node known = nodes.get(node);
    if (known != null) {
      known.opens++;
      return known.number;
    }
    int number = ended ? NONE : copy.map(kernel::register).orElse(OptionalInt.empty()).orElse(NONE);
    nodes.put(node, new Node(number));
    return number;
  }

  /** Counts that an open of a node has ended. */
  synchronized void closed(long node) {
    Node known = nodes.get(node);
    if (known != null && --known.opens == 0) {
      nodes.remove(node);
      unregister(known);
    }
  }

  /** Takes all numbers back, and gives no more: nothing of the kernel's may be asked after this. */
  synchronized void end() {
    nodes.values().forEach(this::unregister);
    ended = true;
  }

  private void unregister(Node node) {
    if (node.number != NONE && !ended) {
      kernel.unregister(node.number);
    }
  }
}
