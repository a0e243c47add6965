package org.ekkofs.fuse;

import org.ekkofs.fuse.LibFuse3.Slot;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.FileNode;
import org.ekkofs.vfs.LinkNode;
import org.ekkofs.vfs.Node;

/** What nodes say of themselves, and the little of it that can be changed, under libfuse 3. */
final class AttributeOperations {
  private static final int SET_MODE = 1;
  private static final int SET_UID = 1 << 1;
  private static final int SET_GID = 1 << 2;
  private static final int SET_SIZE = 1 << 3;

  /** ERANGE: the caller's buffer is too small. */
  private static final int ERANGE = 34;

  private final Served served;
  private final OperationTable table;

  AttributeOperations(Served served, OperationTable table) {
    this.served = served;
    this.table = table;
  }

  void register() {
    table.set(
        Slot.GETATTR, (request, node, b, c, d, e) -> request.attributes(node(node).attributes()));
    table.set(
        Slot.SETATTR,
        (request, node, stat, what, d, e) -> set(request, node(node), stat, (int) what));
    table.set(Slot.READLINK, (request, node, b, c, d, e) -> readLink(request, node(node)));
    table.set(
        Slot.STATFS, (request, a, b, c, d, e) -> request.statistics(served.tree().statistics()));
    table.set(
        Slot.GETXATTR,
        (request, node, name, size, d, e) ->
            extended(request, Xattrs.value(node(node), NativeBlock.text(name)), size));
    table.set(
        Slot.LISTXATTR,
        (request, node, size, c, d, e) -> extended(request, Xattrs.names(node(node)), size));
    table.set(Slot.SETXATTR, (request, node, b, c, d, e) -> refuse(node));
    table.set(Slot.REMOVEXATTR, (request, node, b, c, d, e) -> refuse(node));
    table.set(Slot.FALLOCATE, (request, node, b, c, d, e) -> refuse(node));
  }

  private Node node(long number) {
    return served.nodes().node(number);
  }

  private void refuse(long node) {
    throw ReadOnly.refusal(node(node));
  }

  /** Times are accepted and not kept, so that touch works. */
  private void set(Request request, Node node, long stat, int what) {
    ReadOnly.require(node);
    if ((what & (SET_MODE | SET_UID | SET_GID)) != 0) {
      throw new ErrnoException(Errno.EPERM);
    }
    if ((what & SET_SIZE) == 0) {
      request.attributes(node.attributes());
    } else if (NativeBlock.longAt(stat + StatLayout.SIZE) == 0 && node instanceof FileNode file) {
      truncate(request, file);
    } else {
      throw new ErrnoException(Errno.EPERM);
    }
  }

  private void truncate(Request request, FileNode file) {
    served
        .workers()
        .run(
            Workers.Kind.CONTROL,
            table.guard(
                request,
                () -> {
                  file.truncate();
                  request.attributes(file.attributes());
                }));
  }

  private static void readLink(Request request, Node node) {
    if (!(node instanceof LinkNode link)) {
      throw new ErrnoException(Errno.EINVAL);
    }
    request.target(link.target());
  }

  /** Answers the value, or only its length if the caller has no room and wants to know. */
  private static void extended(Request request, byte[] value, long size) {
    if (size == 0) {
      request.xattrSize(value.length);
    } else if (size < value.length) {
      request.errno(ERANGE);
    } else {
      NativeBlock block = Scratch.mine().data(value.length);
      block.bytes().put(value);
      request.data(block, value.length);
    }
  }
}
