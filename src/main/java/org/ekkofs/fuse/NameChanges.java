package org.ekkofs.fuse;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.ekkofs.vfs.DirectoryNode;
import org.ekkofs.vfs.VirtualFileSystem;

/**
 * Tells the kernel of names that have changed, on a thread of its own: the kernel may have to wait
 * for an answer about the very directory before it can take the news.
 */
final class NameChanges implements VirtualFileSystem.NameListener {
  /** Tells the kernel. */
  @FunctionalInterface
  interface Kernel {
    void forget(DirectoryNode directory, String name);
  }

  private record Change(DirectoryNode directory, String name) {}

  private static final long PATIENCE_MILLIS = 5_000;

  private final BlockingQueue<Change> queue = new LinkedBlockingQueue<>();
  private final Kernel kernel;
  private final Failures failures;
  private final Thread thread = Workers.named("ekkofs-names-").newThread(this::run);

  NameChanges(Kernel kernel, Failures failures) {
    this.kernel = kernel;
    this.failures = failures;
  }

  void start() {
    thread.start();
  }

  @Override
  public void nameChanged(DirectoryNode directory, String name) {
    queue.add(new Change(directory, name));
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        tell(queue.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(Change change) {
    try {
      kernel.forget(change.directory, change.name);
    } catch (RuntimeException | Error e) {
      failures.errno(e);
    }
  }

  /** Ends the thread, while requests are still answered: it may wait for one. */
  boolean end() throws InterruptedException {
    thread.interrupt();
    thread.join(PATIENCE_MILLIS);
    return !thread.isAlive();
  }
}
