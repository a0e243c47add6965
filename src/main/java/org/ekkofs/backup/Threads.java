package org.ekkofs.backup;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Where threads for work in parallel come from. Safe for use by many threads. */
@FunctionalInterface
public interface Threads {
  /**
   * Daemon threads of this process, as many as asked for; those that have been idle for long end.
   */
  Threads REAL = Threads::daemons;

  /**
   * A pool for one piece of work, whose owner shuts it down.
   *
   * @param name what its threads are called
   * @param count how many threads there are at most, 1 at least
   */
  ExecutorService pool(String name, int count);

  private static ExecutorService daemons(String name, int count) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            count,
            count,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
