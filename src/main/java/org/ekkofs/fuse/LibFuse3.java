package org.ekkofs.fuse;

import jnr.ffi.annotations.Delegate;

/**
 * What is used of libfuse 3. Requests, sessions, structs and texts are plain addresses; sizes and
 * offsets are 64 bits wide, as on every machine that {@link StatLayout} knows. The names are those
 * of the C functions without {@code fuse_}, in camel case.
 */
final class LibFuse3 {
  private LibFuse3() {}

  /** The functions. Public only for the generated stubs. */
  public interface Calls {
    int version();

    String pkgversion();

    void optFreeArgs(long arguments);

    long sessionNew(long arguments, long operations, long operationsSize, long userData);

    long sessionNewVersioned(
        long arguments, long operations, long operationsSize, long version, long userData);

    int sessionMount(long session, long mountpoint);

    int sessionFd(long session);

    int sessionCustomIo(long session, long functions, int descriptor);

    void sessionUnmount(long session);

    void sessionDestroy(long session);

    void sessionExit(long session);

    int sessionExited(long session);

    int sessionReceiveBuf(long session, long buffer);

    void sessionProcessBuf(long session, long buffer);

    int replyErr(long request, int errno);

    void replyNone(long request);

    int replyEntry(long request, long entry);

    int replyCreate(long request, long entry, long fileInfo);

    int replyAttr(long request, long stat, double validSeconds);

    int replyReadlink(long request, long target);

    int replyOpen(long request, long fileInfo);

    int replyWrite(long request, long count);

    int replyBuf(long request, long buffer, long size);

    int replyStatfs(long request, long statvfs);

    int replyXattr(long request, long count);

    int replyLseek(long request, long offset);

    void reqInterruptFunc(long request, long function, long data);

    int lowlevelNotifyInvalEntry(long session, long parent, long name, long nameLength);
  }

  /**
   * Any operation. They take two to six integers or addresses, which all calling conventions in
   * question pass in registers of 64 bits, so that one shape serves all: what an operation does not
   * have is garbage, and of an int only the lower half counts.
   */
  @FunctionalInterface
  public interface Operation {
    @Delegate
    void call(long request, long a, long b, long c, long d, long e);
  }

  /** Called when the one who waits for a request does not want it any more. */
  @FunctionalInterface
  public interface Interrupt {
    @Delegate
    void call(long request, long data);
  }

  /** {@code struct fuse_lowlevel_ops}: pointers to functions, in this order. */
  enum Slot {
    INIT,
    DESTROY,
    LOOKUP,
    FORGET,
    GETATTR,
    SETATTR,
    READLINK,
    MKNOD,
    MKDIR,
    UNLINK,
    RMDIR,
    SYMLINK,
    RENAME,
    LINK,
    OPEN,
    READ,
    WRITE,
    FLUSH,
    RELEASE,
    FSYNC,
    OPENDIR,
    READDIR,
    RELEASEDIR,
    FSYNCDIR,
    STATFS,
    SETXATTR,
    GETXATTR,
    LISTXATTR,
    REMOVEXATTR,
    ACCESS,
    CREATE,
    GETLK,
    SETLK,
    BMAP,
    IOCTL,
    POLL,
    WRITE_BUF,
    RETRIEVE_REPLY,
    FORGET_MULTI,
    FLOCK,
    FALLOCATE,
    READDIRPLUS,
    COPY_FILE_RANGE,
    LSEEK;

    /** Where the pointer lies in the struct. */
    @SuppressWarnings("EnumOrdinal") // the constants stand in the struct's own order
    int offset() {
      return ordinal() * Long.BYTES;
    }

    /** The size of the struct up to the last operation that is used. */
    static int structSize() {
      return values().length * Long.BYTES;
    }
  }
}
