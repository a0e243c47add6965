package org.ekkofs.fuse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.ErrorKind;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns whatever an operation threw into the error number that its caller gets, and logs what the
 * number cannot say; the same message at most once a second. Safe for use by many threads.
 */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
  private static final int REMEMBERED = 1000;

  /** When each message was last logged, in {@link System#nanoTime}. */
  private final Map<String, Long> logged = new ConcurrentHashMap<>();

  /** The positive error number. */
  int errno(Throwable failure) {
    if (failure instanceof ErrnoException e) {
      return e.errno().number();
    }
    if (failure instanceof EkkofsException e) {
      if (isNews(e.kind()) && mayLog(String.valueOf(e.getMessage()))) {
        LOG.warn("{}", e.getMessage());
      }
      return e.kind().errno();
    }
    if (failure instanceof InterruptedException) {
      return Errno.EINTR.number();
    }
    if (failure instanceof RejectedExecutionException) {
      return Errno.EBUSY.number();
    }
    if (mayLog(failure.toString())) {
      LOG.error("A file operation failed unexpectedly", failure);
    }
    return Errno.EIO.number();
  }

  /** Whether the kind becomes a mere EIO, so that the message would be lost. */
  private static boolean isNews(ErrorKind kind) {
    return kind.errno() == Errno.EIO.number();
  }

  private boolean mayLog(String message) {
    if (logged.size() > REMEMBERED) {
      logged.clear();
    }
    long now = System.nanoTime();
    Long kept =
        logged.merge(message, now, (last, n) -> n - last < TimeUnit.SECONDS.toNanos(1) ? last : n);
    return kept == now;
  }
}
