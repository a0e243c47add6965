package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import org.ekkofs.fuse.LibFuse3.Slot;
import org.ekkofs.vfs.Attributes;
import org.ekkofs.vfs.DirectoryNode;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.FileNode;
import org.ekkofs.vfs.OpenFile;

/**
 * Opening, reading and writing files, under libfuse 3. What is in memory is answered at once by the
 * thread that took the request; everything else by the {@link Workers}.
 */
final class FileOperations {
  static final int O_ACCMODE = 3;
  static final int O_TRUNC = 01000;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  private final Served served;
  private final OperationTable table;
  private final BackingFiles backings;
  private final Passthrough passthrough;
  private final Interrupts interrupts = new Interrupts();
  private final Handles<OpenHandle> open = new Handles<>();

  FileOperations(
      Served served, OperationTable table, BackingFiles backings, Passthrough passthrough) {
    this.served = served;
    this.table = table;
    this.backings = backings;
    this.passthrough = passthrough;
  }

  void register() {
    table.set(Slot.OPEN, (request, node, fileInfo, c, d, e) -> open(request, node, fileInfo));
    table.set(
        Slot.CREATE,
        (request, parent, name, mode, fileInfo, e) -> create(request, parent, name, fileInfo));
    table.setBare(
        Slot.READ,
        (request, node, size, offset, fileInfo, e) -> read(request, size, offset, fileInfo));
    table.set(
        Slot.WRITE,
        (request, node, data, size, offset, fileInfo) ->
            write(request, handle(fileInfo), offset, NativeBlock.copy(data, (int) size)));
    table.set(Slot.FLUSH, (request, node, fileInfo, c, d, e) -> flush(request, handle(fileInfo)));
    table.set(Slot.RELEASE, (request, node, fileInfo, c, d, e) -> release(request, fileInfo));
    table.set(
        Slot.LSEEK,
        (request, node, offset, whence, fileInfo, e) ->
            seek(request, handle(fileInfo), offset, (int) whence));
  }

  /** Closes what is still open; only when no request can come any more. */
  void closeAll() {
    open.drain().forEach(this::close);
  }

  private OpenHandle handle(long fileInfo) {
    return open.get(NativeBlock.longAt(fileInfo + Fuse3Layout.FILE_HANDLE));
  }

  /** Does work that waits for nothing but the local disk, except in the control directory. */
  private void work(boolean control, Request request, OperationTable.Task task) {
    later(control ? Workers.Kind.CONTROL : Workers.Kind.LOCAL, request, task);
  }

  private void later(Workers.Kind kind, Request request, OperationTable.Task task) {
    served.workers().run(kind, table.guard(request, task));
  }

  private void open(Request request, long node, long fileInfo) {
    FileNode file = served.nodes().file(node);
    int flags = NativeBlock.intAt(fileInfo + Fuse3Layout.FILE_FLAGS);
    boolean truncate = (flags & O_TRUNC) != 0;
    boolean write = truncate || (flags & O_ACCMODE) != 0;
    if (write) {
      ReadOnly.require(file);
    }
    Workers.Kind kind = file.writable() ? Workers.Kind.CONTROL : Workers.Kind.OPEN;
    later(kind, request, () -> openNow(request, node, file, write, truncate));
  }

  private void openNow(Request request, long node, FileNode file, boolean write, boolean truncate) {
    if (truncate) {
      file.truncate();
    }
    OpenFile opened = file.open(write);
    int backing = backings.opened(node, opened);
    long number = open.add(new OpenHandle(opened, file.writable(), node));
    if (!answer(request, number, opened, backing)) {
      close(open.remove(number));
    }
  }

  private boolean answer(Request request, long number, OpenFile opened, int backing) {
    return backing == BackingFiles.NONE
        ? request.opened(number, opened.immutable())
        : request.opened(block -> passthrough.writeReply(block, number, backing));
  }

  private void create(Request request, long parent, long name, long fileInfo) {
    DirectoryNode directory = served.nodes().directory(parent);
    ReadOnly.require(directory);
    String text = NativeBlock.text(name);
    int flags = NativeBlock.intAt(fileInfo + Fuse3Layout.FILE_FLAGS);
    work(true, request, () -> createNow(request, directory, text, (flags & O_ACCMODE) != 0));
  }

  private void createNow(Request request, DirectoryNode directory, String name, boolean write) {
    FileNode file = directory.create(name);
    OpenFile opened = file.open(write);
    long handle = open.add(new OpenHandle(opened, true, OpenHandle.NEVER_PASSED));
    Attributes attributes = file.attributes();
    long number = served.nodes().number(attributes.inode());
    served.nodes().remember(file, number);
    if (!request.created(
        number, attributes, directory.namesValidFor(), handle, opened.immutable())) {
      served.nodes().forget(number, 1);
      close(open.remove(handle));
    }
  }

  /** Most requests are this one and are answered at once, so it leaves no garbage. */
  private void read(long request, long size, long offset, long fileInfo) {
    NativeBlock block;
    int got;
    try {
      OpenHandle handle = handle(fileInfo);
      int length = Math.toIntExact(size);
      block = Scratch.mine().data(length);
      got = handle.file().readNow(offset, block.bytes());
      if (got == OpenFile.WOULD_BLOCK) {
        readLater(table.request(request), handle, offset, length);
        return;
      }
      checked(got, length);
    } catch (Throwable failure) {
      table.request(request).errno(served.failures().errno(failure));
      return;
    }
    table.data(request, block, got);
  }

  private void readLater(Request request, OpenHandle handle, long offset, int size) {
    if (handle.file().waitsForEvents()) {
      later(Workers.Kind.EVENT, request, () -> readEvent(request, handle, offset, size));
    } else {
      Workers.Kind kind = handle.control() ? Workers.Kind.CONTROL : Workers.Kind.READ;
      later(kind, request, () -> readWaiting(request, handle, offset, size));
    }
  }

  private static void readWaiting(Request request, OpenHandle handle, long offset, int size)
      throws InterruptedException {
    NativeBlock block = Scratch.mine().data(size);
    request.data(block, checked(handle.file().read(offset, block.bytes()), size));
  }

  private void readEvent(Request request, OpenHandle handle, long offset, int size)
      throws InterruptedException {
    NativeBlock block = Scratch.mine().data(size);
    int start = block.bytes().position();
    interrupts.await(request, () -> handle.file().read(offset, block.bytes()));
    request.data(block, block.bytes().position() - start);
  }

  /** A count that cannot be would have the kernel be given what is not ours. */
  static int checked(int got, int size) {
    if (got < 0 || got > size) {
      throw new IllegalStateException("%d bytes read of %d".formatted(got, size));
    }
    return got;
  }

  private void write(Request request, OpenHandle handle, long offset, byte[] data) {
    work(
        handle.control(),
        request,
        () -> request.written(handle.file().write(offset, ByteBuffer.wrap(data))));
  }

  private void flush(Request request, OpenHandle handle) {
    if (handle.file().immutable()) {
      request.errno(0);
      return;
    }
    work(
        handle.control(),
        request,
        () -> {
          handle.file().flush();
          request.errno(0);
        });
  }

  private void release(Request request, long fileInfo) {
    OpenHandle handle = open.remove(NativeBlock.longAt(fileInfo + Fuse3Layout.FILE_HANDLE));
    work(
        handle.control(),
        request,
        () -> {
          close(handle);
          request.errno(0);
        });
  }

  private void close(OpenHandle handle) {
    backings.closed(handle.node());
    try {
      handle.file().close();
    } catch (RuntimeException | Error e) {
      served.failures().errno(e);
    }
  }

  private void seek(Request request, OpenHandle handle, long offset, int whence) {
    OpenFile.Seek what =
        switch (whence) {
          case SEEK_DATA -> OpenFile.Seek.DATA;
          case SEEK_HOLE -> OpenFile.Seek.HOLE;
          default -> throw new ErrnoException(Errno.EINVAL);
        };
    long found = handle.file().seekNow(offset, what);
    if (found != OpenFile.WOULD_BLOCK) {
      request.offset(found);
      return;
    }
    work(handle.control(), request, () -> request.offset(handle.file().seek(offset, what)));
  }
}
