package org.ekkofs.vfs;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives inode numbers, each once. Trees, links and backups share one sequence, jobs have another
 * that lies above it, two to a job.
 */
final class Inodes {
  static final long ROOT = 1;
  static final long CONTROL = 2;
  private static final long JOBS = 1L << 48;

  private final AtomicLong last = new AtomicLong(CONTROL);

  long next() {
    return last.incrementAndGet();
  }

  static long job(long number) {
    return JOBS + 2 * number;
  }

  static long jobDone(long number) {
    return job(number) + 1;
  }
}
