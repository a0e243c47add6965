package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import java.util.function.LongFunction;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.ekkofs.vfs.OpenFile;

/**
 * Reading under libfuse 2, which hands a buffer over to be filled. Small reads go through the
 * thread's own block, as that costs less than making a buffer of the address; large ones are read
 * in place.
 */
final class Fuse2Reads {
  private static final int SMALL = 16 << 10;

  private final LongFunction<OpenHandle> files;
  private final Fuse2Waits waits;
  private final EventReads events;
  private final Failures failures;

  /** Kept so that the native function stays. */
  private final LibFuse2.Read callback =
      (path, buffer, size, offset, fileInfo) -> read(buffer, size, offset, fileInfo);

  private final Pointer function =
      Runtime.getSystemRuntime()
          .getClosureManager()
          .getClosurePointer(LibFuse2.Read.class, callback);

  /**
   * Reads what is open.
   *
   * @param files gives what is open under a number
   */
  Fuse2Reads(
      LongFunction<OpenHandle> files, Fuse2Waits waits, EventReads events, Failures failures) {
    this.files = files;
    this.waits = waits;
    this.events = events;
    this.failures = failures;
  }

  /** The address of the native function; good for as long as this object is kept. */
  long function() {
    return function.address();
  }

  private int read(long target, long size, long offset, long fileInfo) {
    try {
      OpenHandle handle = files.apply(NativeBlock.longAt(fileInfo + LibFuse2.FILE_HANDLE));
      int length = Math.toIntExact(size);
      int got =
          length <= SMALL ? small(handle.file(), target, length, offset) : OpenFile.WOULD_BLOCK;
      return got == OpenFile.WOULD_BLOCK ? inPlace(handle, target, length, offset) : got;
    } catch (Throwable failure) {
      return -failures.errno(failure);
    }
  }

  private static int small(OpenFile file, long target, int length, long offset) {
    NativeBlock block = Scratch.mine().data(length);
    int got = file.readNow(offset, block.bytes());
    if (got != OpenFile.WOULD_BLOCK) {
      block.copyTo(target, FileOperations.checked(got, length));
    }
    return got;
  }

  private int inPlace(OpenHandle handle, long target, int length, long offset)
      throws InterruptedException {
    ByteBuffer buffer = NativeBlock.at(target, length).bytes();
    int got = length <= SMALL ? OpenFile.WOULD_BLOCK : handle.file().readNow(offset, buffer);
    if (got == OpenFile.WOULD_BLOCK) {
      got = waiting(handle, buffer, offset);
    }
    return FileOperations.checked(got, length);
  }

  private int waiting(OpenHandle handle, ByteBuffer buffer, long offset)
      throws InterruptedException {
    OpenFile file = handle.file();
    if (file.waitsForEvents()) {
      return waits.run(Fuse2Waits.Kind.EVENT, () -> events.read(file, offset, buffer));
    }
    Fuse2Waits.Kind kind = handle.control() ? Fuse2Waits.Kind.CONTROL : Fuse2Waits.Kind.READ;
    return waits.run(kind, () -> file.read(offset, buffer));
  }
}
