package org.ekkofs.fuse;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A session whose requests are functions. */
final class FakeSession implements LoopThreads.Session {
  private final BlockingQueue<Runnable> requests = new LinkedBlockingQueue<>();
  private volatile boolean exited;

  /** Makes a request. */
  <T> CompletableFuture<T> request(Supplier<T> process) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    requests.add(
        () -> {
          try {
            answer.complete(process.get());
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  @Override
  public boolean exited() {
    return exited;
  }

  @Override
  public void exit() {
    exited = true;
  }

  @Override
  public Receiver receiver() {
    return new Receiver() {
      private Runnable request;

      @Override
      public int receive() {
        try {
          request = requests.poll(20, TimeUnit.MILLISECONDS);
          return request == null ? -Libc.EINTR : 1;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return 0;
        }
      }

      @Override
      public void process() {
        request.run();
      }

      @Override
      public void close() {}
    };
  }
}
