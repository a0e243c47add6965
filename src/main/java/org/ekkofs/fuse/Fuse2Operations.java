package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.ekkofs.vfs.DirectoryNode;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.FileNode;
import org.ekkofs.vfs.LinkNode;
import org.ekkofs.vfs.Node;
import org.ekkofs.vfs.OpenFile;
import org.ekkofs.vfs.VirtualFileSystem;
import org.jspecify.annotations.Nullable;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/**
 * A tree as jnr-fuse wants it: operations by path, or by handle where there is one, and then the
 * path is null. Each returns at least 0, or a negative error number. What may wait does so by
 * {@link Fuse2Waits}. Reads are {@link Fuse2Reads}.
 */
final class Fuse2Operations extends Fuse2Refusals {
  private static final int ERANGE = 34;

  /** An open file and its node, whose attributes outlive its name. */
  private record Opened(FileNode node, OpenHandle handle) {
    Opened(FileNode node, OpenFile file) {
      this(node, new OpenHandle(file, node.writable(), OpenHandle.NEVER_PASSED));
    }

    OpenFile file() {
      return handle.file();
    }
  }

  private final VirtualFileSystem tree;
  private final PathNodes nodes;
  private final StatLayout stat;
  private final Fuse2Waits waits;
  private final Failures failures;
  private final Fuse2Reads reads;
  private final Handles<Opened> files = new Handles<>();

  /**
   * The inode of what was first opened at each path. To libfuse, and so to the kernel and its page
   * cache, all that ever stands at a path is the same file; what comes later is read past the
   * cache.
   */
  private final Map<String, Long> firstInodes = new ConcurrentHashMap<>();

  private final Handles<DirectoryListing> directories = new Handles<>();

  Fuse2Operations(
      VirtualFileSystem tree,
      StatLayout stat,
      Fuse2Waits waits,
      EventReads events,
      Failures failures) {
    this(tree, new PathNodes(tree.root()), stat, waits, events, failures);
  }

  private Fuse2Operations(
      VirtualFileSystem tree,
      PathNodes nodes,
      StatLayout stat,
      Fuse2Waits waits,
      EventReads events,
      Failures failures) {
    super(nodes, failures);
    this.tree = tree;
    this.nodes = nodes;
    this.stat = stat;
    this.waits = waits;
    this.failures = failures;
    this.reads = new Fuse2Reads(number -> files.get(number).handle(), waits, events, failures);
  }

  /**
   * The table of functions that libfuse takes. Good for as long as this object is kept. Reads and
   * writes by buffer chains are left out, and paths are not asked for where there is a handle: to
   * find them libfuse would take locks that one slow read holds against everything else.
   */
  NativeBlock table() {
    NativeBlock table = NativeBlock.allocate(LibFuse2.OPERATIONS_SIZE);
    Pointer given = Struct.getMemory(fuseOperations);
    for (int at = 0; at < LibFuse2.OPERATIONS_SIZE; at += Long.BYTES) {
      table.bytes().putLong(at, given.getLong(at));
    }
    table.bytes().putLong(LibFuse2.OPERATIONS_READ, reads.function());
    table.bytes().putLong(LibFuse2.OPERATIONS_WRITE_BUF, 0);
    table.bytes().putLong(LibFuse2.OPERATIONS_READ_BUF, 0);
    table.bytes().putLong(LibFuse2.OPERATIONS_FLAGS, 0b111);
    return table;
  }

  /** Closes what is still open; only when no request can come any more. */
  void closeAll() {
    files.drain().forEach(opened -> close(opened.file()));
  }

  @Override
  public int getattr(String path, FileStat target) {
    return guard(() -> attributes(nodes.node(path), target));
  }

  @Override
  public int fgetattr(@Nullable String path, FileStat target, FuseFileInfo fileInfo) {
    return guard(() -> attributes(files.get(fileInfo.fh.longValue()).node, target));
  }

  private int attributes(Node node, FileStat target) {
    NativeBlock block = NativeBlock.at(Struct.getMemory(target).address(), stat.size()).clear();
    stat.write(block.bytes(), 0, node.attributes());
    return 0;
  }

  @Override
  public int readlink(String path, Pointer target, long size) {
    return guard(
        () -> {
          if (!(nodes.node(path) instanceof LinkNode link)) {
            throw new ErrnoException(Errno.EINVAL);
          }
          byte[] text = link.target().getBytes(StandardCharsets.UTF_8);
          int length = (int) Math.min(text.length, size - 1);
          target.put(0, text, 0, length);
          target.putByte(length, (byte) 0);
          return 0;
        });
  }

  @Override
  public int open(String path, FuseFileInfo fileInfo) {
    return guard(
        () -> {
          FileNode file = nodes.file(path);
          boolean write = (fileInfo.flags.intValue() & FileOperations.O_ACCMODE) != 0;
          if (write) {
            ReadOnly.require(file);
          }
          return waits.run(kind(file), () -> opened(path, file, write, fileInfo));
        });
  }

  @Override
  public int create(String path, long mode, FuseFileInfo fileInfo) {
    return guard(
        () -> {
          DirectoryNode directory = nodes.parent(path);
          ReadOnly.require(directory);
          boolean write = (fileInfo.flags.intValue() & FileOperations.O_ACCMODE) != 0;
          return waits.run(
              Fuse2Waits.Kind.CONTROL,
              () -> opened(path, directory.create(PathNodes.name(path)), write, fileInfo));
        });
  }

  private int opened(String path, FileNode node, boolean write, FuseFileInfo fileInfo) {
    OpenFile file = node.open(write);
    fileInfo.fh.set(files.add(new Opened(node, file)));
    boolean cached = file.immutable() && isFirstAt(path, node);
    int bit = cached ? LibFuse2.KEEP_CACHE_BIT : LibFuse2.DIRECT_IO_BIT;
    Struct.getMemory(fileInfo).putInt(LibFuse2.FILE_BITS, 1 << bit);
    return 0;
  }

  private boolean isFirstAt(String path, FileNode node) {
    long inode = node.attributes().inode();
    Long first = firstInodes.putIfAbsent(path, inode);
    return first == null || first == inode;
  }

  @Override
  public int write(
      @Nullable String path, Pointer source, long size, long offset, FuseFileInfo fileInfo) {
    return guard(
        () -> {
          Opened opened = files.get(fileInfo.fh.longValue());
          byte[] bytes = NativeBlock.copy(source.address(), Math.toIntExact(size));
          return waits.run(
              kind(opened.node), () -> opened.file().write(offset, ByteBuffer.wrap(bytes)));
        });
  }

  @Override
  public int flush(@Nullable String path, FuseFileInfo fileInfo) {
    return guard(
        () -> {
          Opened opened = files.get(fileInfo.fh.longValue());
          return opened.file().immutable() ? 0 : waits.run(kind(opened.node), () -> flush(opened));
        });
  }

  private static int flush(Opened opened) {
    opened.file().flush();
    return 0;
  }

  private static Fuse2Waits.Kind kind(Node node) {
    return node.writable() ? Fuse2Waits.Kind.CONTROL : Fuse2Waits.Kind.OPEN;
  }

  @Override
  public int release(@Nullable String path, FuseFileInfo fileInfo) {
    return guard(
        () -> {
          close(files.remove(fileInfo.fh.longValue()).file());
          return 0;
        });
  }

  private void close(OpenFile file) {
    try {
      file.close();
    } catch (RuntimeException | Error e) {
      failures.errno(e);
    }
  }

  @Override
  public int opendir(String path, FuseFileInfo fileInfo) {
    return guard(
        () -> {
          fileInfo.fh.set(directories.add(new DirectoryListing(nodes.directory(path))));
          return 0;
        });
  }

  @Override
  public int readdir(
      @Nullable String path,
      Pointer buffer,
      FuseFillDir filler,
      long first,
      FuseFileInfo fileInfo) {
    return guard(
        () -> {
          fill(directories.get(fileInfo.fh.longValue()), buffer, filler, first);
          return 0;
        });
  }

  /** Hands over entries, each with the number of the next, until the buffer is full. */
  private void fill(DirectoryListing listing, Pointer buffer, FuseFillDir filler, long first) {
    NativeBlock block = Scratch.mine().structs();
    FileStat target =
        FileStat.of(Pointer.wrap(Runtime.getSystemRuntime(), block.address(), stat.size()));
    for (long number = Math.max(0, first); number < listing.size(); number++) {
      DirectoryNode.Entry entry = listing.entry((int) number);
      target.st_ino.set(entry.inode());
      target.st_mode.set(StatLayout.typeBits(entry.type()));
      if (filler.apply(buffer, entry.name(), target, number + 1) != 0) {
        return;
      }
    }
  }

  @Override
  public int releasedir(@Nullable String path, FuseFileInfo fileInfo) {
    return guard(
        () -> {
          directories.remove(fileInfo.fh.longValue());
          return 0;
        });
  }

  @Override
  public int statfs(String path, Statvfs target) {
    return guard(
        () -> {
          long address = Struct.getMemory(target).address();
          NativeBlock block = NativeBlock.at(address, StatvfsLayout.SIZE).clear();
          StatvfsLayout.write(block.bytes(), tree.statistics());
          return 0;
        });
  }

  @Override
  public int getxattr(String path, String name, Pointer target, long size) {
    return guard(() -> extended(Xattrs.value(nodes.node(path), name), target, size));
  }

  @Override
  public int listxattr(String path, Pointer target, long size) {
    return guard(() -> extended(Xattrs.names(nodes.node(path)), target, size));
  }

  /** Gives the value, or only its length if the caller has no room and wants to know. */
  private static int extended(byte[] value, Pointer target, long size) {
    if (size == 0) {
      return value.length;
    }
    if (size < value.length) {
      return -ERANGE;
    }
    target.put(0, value, 0, value.length);
    return value.length;
  }

  @Override
  public int truncate(String path, long size) {
    return guard(() -> truncate(nodes.node(path), size));
  }

  @Override
  public int ftruncate(@Nullable String path, long size, FuseFileInfo fileInfo) {
    return guard(() -> truncate(files.get(fileInfo.fh.longValue()).node, size));
  }

  private int truncate(Node node, long size) throws InterruptedException {
    ReadOnly.require(node);
    if (size != 0 || !(node instanceof FileNode file)) {
      throw new ErrnoException(Errno.EPERM);
    }
    return waits.run(
        kind(file),
        () -> {
          file.truncate();
          return 0;
        });
  }

  /** Times are accepted and not kept, so that touch works. */
  @Override
  public int utimens(String path, Timespec[] times) {
    return guard(
        () -> {
          ReadOnly.require(nodes.node(path));
          return 0;
        });
  }

  @Override
  public int unlink(String path) {
    return guard(
        () -> {
          DirectoryNode directory = nodes.parent(path);
          ReadOnly.require(directory);
          return waits.run(
              Fuse2Waits.Kind.CONTROL,
              () -> {
                directory.remove(PathNodes.name(path));
                return 0;
              });
        });
  }

  @Override
  public int fallocate(
      @Nullable String path, int mode, long offset, long length, FuseFileInfo fileInfo) {
    return guard(
        () -> {
          throw ReadOnly.refusal(files.get(fileInfo.fh.longValue()).node);
        });
  }
}
