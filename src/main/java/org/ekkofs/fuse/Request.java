package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.ekkofs.vfs.Attributes;
import org.ekkofs.vfs.VirtualFileSystem;

/**
 * A request of the kernel under libfuse 3, answered exactly once; the answer frees it. One thread
 * has it at a time.
 */
final class Request {
  private static final double NANOS = 1e9;

  private final Fuse3Library fuse;
  private final long address;
  private boolean answered;

  Request(Fuse3Library fuse, long address) {
    this.fuse = fuse;
    this.address = address;
  }

  /** Answers with an error number, or 0 for mere success; does nothing if it was answered. */
  void errno(int errno) {
    if (!answered) {
      answered = true;
      fuse.calls().replyErr(address, errno);
    }
  }

  /** Answers that there is no answer, as forget wants it. */
  void none() {
    answer();
    fuse.calls().replyNone(address);
  }

  /**
   * Answers that the file is open, with a reply that libfuse cannot write itself.
   *
   * @param write writes the reply's {@link PassthroughLibrary#BLOCK_SIZE} bytes
   * @return whether the kernel has taken note of the handle
   */
  boolean opened(Consumer<NativeBlock> write) {
    NativeBlock reply = Scratch.mine().structs();
    write.accept(reply);
    answer();
    return fuse.calls().replyBuf(address, reply.address(), PassthroughLibrary.BLOCK_SIZE) == 0;
  }

  /** Answers with the first bytes of the block. */
  void data(NativeBlock block, int length) {
    answer();
    fuse.calls().replyBuf(address, block.address(), length);
  }

  /** Answers with the attributes. */
  void attributes(Attributes attributes) {
    NativeBlock stat = Scratch.mine().structs();
    fuse.layout().stat().write(stat.bytes(), 0, attributes);
    answer();
    fuse.calls().replyAttr(address, stat.address(), seconds(attributes.validFor()));
  }

  /**
   * Answers with a node.
   *
   * @param number what the kernel shall call it
   * @param nameValidFor how long it may remember the name
   * @return whether the kernel has taken note of the node
   */
  boolean entry(long number, Attributes attributes, Duration nameValidFor) {
    NativeBlock entry = Scratch.mine().structs();
    writeEntry(entry.bytes(), number, attributes, nameValidFor);
    answer();
    return fuse.calls().replyEntry(address, entry.address()) == 0;
  }

  /** Answers that there is nothing of this name, and that the kernel may remember that. */
  void noEntry(Duration validFor) {
    NativeBlock entry = Scratch.mine().structs();
    entry.bytes().putDouble(fuse.layout().entryTimeouts() + Double.BYTES, seconds(validFor));
    answer();
    fuse.calls().replyEntry(address, entry.address());
  }

  /**
   * Answers with a node that was created and opened.
   *
   * @return whether the kernel has taken note of the node and the handle
   */
  boolean created(
      long number, Attributes attributes, Duration nameValidFor, long handle, boolean immutable) {
    NativeBlock block = Scratch.mine().structs();
    int fileInfo = fuse.layout().entrySize();
    writeEntry(block.bytes(), number, attributes, nameValidFor);
    writeFileInfo(block.bytes(), fileInfo, handle, bits(immutable));
    answer();
    return fuse.calls().replyCreate(address, block.address(), block.address() + fileInfo) == 0;
  }

  /**
   * Answers that the file is open.
   *
   * @param immutable whether the kernel may keep what it has read
   * @return whether the kernel has taken note of the handle
   */
  boolean opened(long handle, boolean immutable) {
    return opened(handle, bits(immutable));
  }

  /** Answers that the directory is open; as {@link #opened}. */
  boolean openedDirectory(long handle) {
    return opened(handle, 0);
  }

  private boolean opened(long handle, int bits) {
    NativeBlock fileInfo = Scratch.mine().structs();
    writeFileInfo(fileInfo.bytes(), 0, handle, bits);
    answer();
    return fuse.calls().replyOpen(address, fileInfo.address()) == 0;
  }

  /** Answers how many bytes were written. */
  void written(int count) {
    answer();
    fuse.calls().replyWrite(address, count);
  }

  /** Answers how long an extended attribute is. */
  void xattrSize(int size) {
    answer();
    fuse.calls().replyXattr(address, size);
  }

  /** Answers where a link points. */
  void target(String target) {
    answer();
    NativeBlock.ofText(target).lend(text -> fuse.calls().replyReadlink(address, text));
  }

  /** Answers an offset. */
  void offset(long offset) {
    answer();
    fuse.calls().replyLseek(address, offset);
  }

  /** Answers what statfs says. */
  void statistics(VirtualFileSystem.Statistics statistics) {
    NativeBlock statvfs = Scratch.mine().structs();
    StatvfsLayout.write(statvfs.bytes(), statistics);
    answer();
    fuse.calls().replyStatfs(address, statvfs.address());
  }

  /** Has the function called, with the data, once nobody wants the answer any more. */
  void onInterrupt(long function, long data) {
    fuse.calls().reqInterruptFunc(address, function, data);
  }

  private void answer() {
    if (answered) {
      throw new IllegalStateException("answered twice");
    }
    answered = true;
  }

  private void writeEntry(
      ByteBuffer entry, long number, Attributes attributes, Duration nameValidFor) {
    Fuse3Layout layout = fuse.layout();
    entry.putLong(Fuse3Layout.ENTRY_NODE, number);
    layout.stat().write(entry, Fuse3Layout.ENTRY_STAT, attributes);
    entry.putDouble(layout.entryTimeouts(), seconds(attributes.validFor()));
    entry.putDouble(layout.entryTimeouts() + Double.BYTES, seconds(nameValidFor));
  }

  private static void writeFileInfo(ByteBuffer block, int at, long handle, int bits) {
    block.putInt(at + Fuse3Layout.FILE_BITS, bits);
    block.putLong(at + Fuse3Layout.FILE_HANDLE, handle);
  }

  private int bits(boolean immutable) {
    if (!immutable) {
      return 1 << Fuse3Layout.DIRECT_IO_BIT;
    }
    int noflush = fuse.layout().noflushBit();
    return 1 << Fuse3Layout.KEEP_CACHE_BIT | (noflush == Fuse3Layout.UNKNOWN ? 0 : 1 << noflush);
  }

  private static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / NANOS;
  }
}
