package org.ekkofs.fuse;

import com.kenai.jffi.Library;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets threads out of a read(2) of the FUSE device. Nothing else does that for an ordinary user:
 * closing the descriptor does not end a read that has begun, a lazy unmount does not while files
 * are open, and aborting the connection needs a file system that is often not mounted. So threads
 * are sent SIGURG, for which a handler is installed that does nothing, without SA_RESTART: the read
 * ends with EINTR. SIGURG is ignored by default, so if the handler should ever be lost nothing
 * worse happens than that the signal has no effect. A signal may come just before the read: repeat
 * it until the thread has ended.
 */
final class WakeSignal {
  private static final Logger LOG = LoggerFactory.getLogger(WakeSignal.class);
  private static final int SIGURG = 23;

  /** sizeof(struct sigaction) of glibc on 64-bit Linux; the handler comes first. */
  private static final int SIGACTION_SIZE = 152;

  private static final int PROCESS = Libc.calls().getpid();

  static {
    install();
  }

  private WakeSignal() {}

  /** The handler is abs(3): a function of one int without any effect, safe in a signal handler. */
  private static void install() {
    Library libc = Library.getCachedInstance("libc.so.6", Library.LAZY);
    long harmless = libc == null ? 0 : libc.getSymbolAddress("abs");
    NativeBlock action = NativeBlock.allocate(SIGACTION_SIZE);
    action.bytes().putLong(0, harmless);
    if (harmless == 0 || action.lend(at -> Libc.calls().sigaction(SIGURG, at, 0)) != 0) {
      LOG.warn("cannot handle SIGURG: unmounting may have to wait for the next request");
    }
  }

  /** Wakes the thread of this process with the kernel's number. */
  static void send(int thread) {
    Libc.calls().tgkill(PROCESS, thread, SIGURG);
  }
}
