package org.ekkofs.source;

import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import jnr.ffi.Runtime;
import jnr.ffi.types.off_t;

/** The calls of the C library that Java has no word for. */
final class LibC {
  static final int O_RDONLY = 0;
  static final int O_EXCL = 0x80;
  static final int O_CLOEXEC = 0x80000;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final int ENXIO = 6;

  private static final Functions FUNCTIONS =
      LibraryLoader.create(Functions.class)
          .option(LibraryOption.SaveError, true)
          .failImmediately()
          .load("c");

  /** Bound by jnr-ffi. */
  public interface Functions {
    /** See open(2). */
    int open(String path, int flags);

    /** See close(2). */
    int close(int descriptor);

    /** See lseek(2). */
    @off_t
    long lseek(int descriptor, @off_t long offset, int whence);
  }

  private LibC() {}

  static Functions functions() {
    return FUNCTIONS;
  }

  /** The error of this thread's last call. */
  static int lastError() {
    return Runtime.getRuntime(FUNCTIONS).getLastError();
  }
}
