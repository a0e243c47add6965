package org.ekkofs.fuse;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/** The few calls of the C library that Java does not offer. */
final class Libc {
  static final int EINTR = 4;
  static final int ENOENT = 2;
  static final int EBUSY = 16;
  static final int EINVAL = 22;
  static final int ENOTCONN = 107;
  static final int ECONNABORTED = 103;
  static final int MNT_DETACH = 2;
  static final int RTLD_LAZY = 1;
  static final int O_RDONLY_CLOEXEC_NONBLOCK = 02000000 | 04000;
  static final int O_WRONLY_CLOEXEC = 1 | 02000000;

  private static final Calls CALLS = LibraryLoader.create(Calls.class).load("c");

  private Libc() {}

  /** As in the manual pages; addresses are plain numbers. Public only for the generated stubs. */
  public interface Calls {
    int geteuid();

    int gettid();

    int getpid();

    int tgkill(int process, int thread, int signal);

    int sigaction(int signal, long action, long old);

    int umount2(String target, int flags);

    int statfs(String path, long target);

    int open(String path, int flags);

    int close(int descriptor);

    int dup2(int from, int to);

    long dlopen(String library, int flags);

    long dlvsym(long library, String symbol, String version);

    void free(long memory);
  }

  static Calls calls() {
    return CALLS;
  }

  /** The errno of this thread's last call. */
  static int errno() {
    return LastError.getLastError(Runtime.getSystemRuntime());
  }
}
