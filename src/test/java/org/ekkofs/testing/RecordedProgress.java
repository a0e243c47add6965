package org.ekkofs.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.backup.Progress;

/** Adds up what it hears, task by task. */
public final class RecordedProgress implements Progress {
  /** One task. */
  public record Task(String name, long totalBytes, AtomicLong advanced) {}

  private final List<Task> tasks = new ArrayList<>();
  private Runnable onCheck = () -> {};

  /** Does something at every check. */
  public RecordedProgress onCheck(Runnable action) {
    onCheck = action;
    return this;
  }

  /** The tasks that were begun, in order. */
  public synchronized List<Task> tasks() {
    return List.copyOf(tasks);
  }

  /** Whether every task came to its total, and no further. */
  public boolean isExact() {
    return tasks().stream().allMatch(task -> task.advanced().get() == task.totalBytes());
  }

  @Override
  public synchronized void begin(String task, long totalBytes) {
    tasks.add(new Task(task, totalBytes, new AtomicLong()));
  }

  @Override
  public synchronized void advance(long bytes) {
    tasks.get(tasks.size() - 1).advanced().addAndGet(bytes);
  }

  @Override
  public void check() {
    onCheck.run();
  }
}
