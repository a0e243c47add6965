package org.ekkofs.fuse;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.StampedLock;
import org.ekkofs.fuse.LibFuse3.Slot;
import org.ekkofs.vfs.Attributes;
import org.ekkofs.vfs.DirectoryNode;
import org.ekkofs.vfs.Node;

/** Finding, forgetting and removing names, under libfuse 3. */
final class NameOperations {
  /** Not for ever, lest a change that the kernel cannot take be never seen. */
  private static final Duration TOLD_OF_CHANGES = Duration.ofHours(1);

  private final Served served;
  private final OperationTable table;

  /** Held for reading from asking the tree for a name until the kernel has the answer. */
  private final StampedLock answering = new StampedLock();

  NameOperations(Served served, OperationTable table) {
    this.served = served;
    this.table = table;
  }

  void register() {
    table.set(Slot.LOOKUP, (request, parent, name, c, d, e) -> lookup(request, parent, name));
    table.set(Slot.FORGET, (request, node, times, c, d, e) -> forget(request, node, times));
    table.set(
        Slot.FORGET_MULTI,
        (request, count, list, c, d, e) -> forgetMany(request, list, (int) count));
    table.set(Slot.UNLINK, (request, parent, name, c, d, e) -> unlink(request, parent, name));
    table.set(Slot.MKNOD, (request, parent, b, c, d, e) -> refuse(parent));
    table.set(Slot.MKDIR, (request, parent, b, c, d, e) -> refuse(parent));
    table.set(Slot.RMDIR, (request, parent, b, c, d, e) -> refuse(parent));
    table.set(Slot.SYMLINK, (request, target, parent, c, d, e) -> refuse(parent));
    table.set(Slot.RENAME, (request, parent, b, c, d, e) -> refuse(parent));
    table.set(Slot.LINK, (request, node, parent, c, d, e) -> refuse(parent));
  }

  /**
   * Returns once every lookup that began before this call has been answered, so that what the
   * kernel is told next about a name is not overtaken by an older answer. Must not be called by
   * those who answer.
   */
  void awaitAnswers() {
    answering.unlockWrite(answering.writeLock());
  }

  private void lookup(Request request, long parent, long name) {
    DirectoryNode directory = served.nodes().directory(parent);
    String text = NativeBlock.text(name);
    long stamp = answering.readLock();
    try {
      Optional<Node> found = directory.lookup(text);
      if (found.isPresent()) {
        answer(request, directory, found.get());
      } else {
        request.noEntry(validFor(directory));
      }
    } finally {
      answering.unlockRead(stamp);
    }
  }

  private void answer(Request request, DirectoryNode directory, Node node) {
    Attributes attributes = node.attributes();
    long number = served.nodes().number(attributes.inode());
    served.nodes().remember(node, number);
    if (!request.entry(number, attributes, validFor(directory))) {
      served.nodes().forget(number, 1);
    }
  }

  /** The tree tells of every name that changes, except in the control directory. */
  private static Duration validFor(DirectoryNode directory) {
    return directory.writable() ? directory.namesValidFor() : TOLD_OF_CHANGES;
  }

  private void forget(Request request, long node, long times) {
    served.nodes().forget(node, times);
    request.none();
  }

  /** The list has pairs of 64-bit numbers: node and times. */
  private void forgetMany(Request request, long list, int count) {
    for (long at = list; at < list + 16L * count; at += 16) {
      served.nodes().forget(NativeBlock.longAt(at), NativeBlock.longAt(at + Long.BYTES));
    }
    request.none();
  }

  private void unlink(Request request, long parent, long name) {
    DirectoryNode directory = served.nodes().directory(parent);
    ReadOnly.require(directory);
    String text = NativeBlock.text(name);
    served
        .workers()
        .run(
            Workers.Kind.CONTROL,
            table.guard(
                request,
                () -> {
                  directory.remove(text);
                  request.errno(0);
                }));
  }

  private void refuse(long node) {
    throw ReadOnly.refusal(served.nodes().node(node));
  }
}
