package org.ekkofs.store.jclouds;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;

/** Threads for what one call asks of the store in many requests; idle ones end. */
final class Workers implements AutoCloseable {
  private static final long IDLE_SECONDS = 5;

  private final AtomicInteger started = new AtomicInteger();
  private final ExecutorService threads;

  Workers(int most) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::thread);
    pool.allowCoreThreadTimeOut(true);
    threads = pool;
  }

  private Thread thread(Runnable work) {
    Thread thread = new Thread(work, "ekkofs-request-" + started.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Does all of it, at once as far as there are threads. Not to be called by what it does.
   *
   * @throws EkkofsException the first failure, after which nothing more is begun
   * @throws CancelledException if interrupted, likewise
   */
  <T> void each(List<T> items, Consumer<T> action) {
    if (items.size() == 1) {
      action.accept(items.get(0));
      return;
    }
    List<Future<?>> all = new ArrayList<>();
    items.forEach(item -> all.add(threads.submit(() -> action.accept(item))));
    try {
      finish(all);
    } finally {
      all.forEach(one -> one.cancel(true));
    }
  }

  private static void finish(List<Future<?>> all) {
    for (Future<?> one : all) {
      try {
        one.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof EkkofsException known
            ? known
            : new IllegalStateException("a request failed", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancelledException("interrupted while objects are deleted", e);
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
