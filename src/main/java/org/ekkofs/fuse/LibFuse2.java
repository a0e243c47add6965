package org.ekkofs.fuse;

import jnr.ffi.annotations.Delegate;

/**
 * What is used of libfuse 2 besides jnr-fuse, whose mount() starts libfuse's own threads and
 * reports success whatever happens. Names and types as in {@link LibFuse3}.
 */
final class LibFuse2 {
  /** sizeof(struct fuse_operations). */
  static final int OPERATIONS_SIZE = 360;

  /** Where its flags lie: nullpath_ok, nopath, utime_omit_ok, from the lowest bit. */
  static final int OPERATIONS_FLAGS = 304;

  static final int OPERATIONS_READ = 120;
  static final int OPERATIONS_WRITE_BUF = 328;
  static final int OPERATIONS_READ_BUF = 336;

  /** Where fuse_file_info has its bits; jnr-fuse takes them for padding. */
  static final int FILE_BITS = 20;

  static final int DIRECT_IO_BIT = 0;
  static final int KEEP_CACHE_BIT = 1;

  /** Where it has the handle. */
  static final int FILE_HANDLE = 24;

  /** sizeof(struct fuse_buf), and its fields. */
  static final int BUFFER_SIZE = 40;

  static final int BUFFER_LENGTH = 0;
  static final int BUFFER_FLAGS = 8;
  static final int BUFFER_MEMORY = 16;
  static final int BUFFER_FD = 24;

  private LibFuse2() {}

  /** The functions. Public only for the generated stubs. */
  public interface Calls {
    int version();

    long mount(String mountpoint, long arguments);

    void unmount(String mountpoint, long channel);

    void destroy(long fuse);

    long getSession(long fuse);

    void sessionExit(long session);

    int sessionExited(long session);

    int sessionReceiveBuf(long session, long buffer, long channelPointer);

    void sessionProcessBuf(long session, long buffer, long channel);

    long chanBufsize(long channel);

    int chanFd(long channel);

    int interrupted();

    void optFreeArgs(long arguments);
  }

  /** Reading; jnr-fuse would make an object of each field of fuse_file_info for every call. */
  @FunctionalInterface
  public interface Read {
    @Delegate
    int call(long path, long buffer, long size, long offset, long fileInfo);
  }
}
