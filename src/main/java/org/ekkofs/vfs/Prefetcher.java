package org.ekkofs.vfs;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.SegmentIndex;

/** Has segments fetched on a thread of its own; when there is too much to do it does less. */
final class Prefetcher implements AutoCloseable {
  private static final int QUEUE = 64;

  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUEUE),
          Prefetcher::thread,
          new ThreadPoolExecutor.DiscardPolicy());

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "ekkofs-readahead");
    thread.setDaemon(true);
    return thread;
  }

  void prefetch(BackupDisk disk, ReadAhead.Range range) {
    if (!range.isEmpty()) {
      executor.execute(() -> fetch(disk, range));
    }
  }

  private static void fetch(BackupDisk disk, ReadAhead.Range range) {
    try {
      for (long segment = range.from(); segment < range.to(); segment++) {
        disk.prefetch(new SegmentIndex(segment));
      }
    } catch (EkkofsException e) {
      // Nobody has asked for these bytes; whoever does meets the same and is told.
      return;
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
