package org.ekkofs.fuse;

import org.ekkofs.fuse.LibFuse3.Slot;

/** Listing directories, under libfuse 3. */
final class DirectoryOperations {
  private final Served served;
  private final OperationTable table;
  private final Handles<DirectoryListing> open = new Handles<>();

  DirectoryOperations(Served served, OperationTable table) {
    this.served = served;
    this.table = table;
  }

  void register() {
    table.set(Slot.OPENDIR, (request, node, b, c, d, e) -> open(request, node));
    table.set(
        Slot.READDIR,
        (request, node, size, first, fileInfo, e) -> read(request, (int) size, first, fileInfo));
    table.set(Slot.RELEASEDIR, (request, node, fileInfo, c, d, e) -> release(request, fileInfo));
  }

  private void open(Request request, long node) {
    long handle = open.add(new DirectoryListing(served.nodes().directory(node)));
    if (!request.openedDirectory(handle)) {
      open.remove(handle);
    }
  }

  private void read(Request request, int size, long first, long fileInfo) {
    DirectoryListing listing = open.get(NativeBlock.longAt(fileInfo + Fuse3Layout.FILE_HANDLE));
    NativeBlock block = Scratch.mine().data(Math.min(size, Scratch.MAX_REQUEST));
    request.data(block, listing.write(first, block.bytes()));
  }

  private void release(Request request, long fileInfo) {
    open.remove(NativeBlock.longAt(fileInfo + Fuse3Layout.FILE_HANDLE));
    request.errno(0);
  }
}
