package org.ekkofs.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentSkipListMap;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;

/** The log of one tree in memory, whose creates fail as told. */
final class MemoryLogStore implements LogStore {
  /** What becomes of a create. */
  enum Answer {
    TRUE_ANSWER,
    APPLIED_BUT_LOST,
    NOT_APPLIED,
    INTERRUPTED_BEFORE,
    INTERRUPTED_AFTER,
    TAKEN_BUT_UNREADABLE
  }

  /** A try to create a record. */
  record Try(Slot slot, byte[] record) {}

  private final Map<Slot, byte[]> records = new ConcurrentSkipListMap<>();
  private final Queue<Answer> answers = new ArrayDeque<>();
  private final List<Try> tries = new ArrayList<>();
  private Optional<Runnable> beforeCreate = Optional.empty();
  private int unreadable;

  /** What the next creates come to; after them all succeed. */
  synchronized void answer(Answer... next) {
    answers.addAll(List.of(next));
  }

  /** Runs before the next create is looked at. */
  synchronized void beforeNextCreate(Runnable action) {
    beforeCreate = Optional.of(action);
  }

  synchronized List<Try> tries() {
    return List.copyOf(tries);
  }

  void remove(Slot slot) {
    records.remove(slot);
  }

  void put(Slot slot, byte[] record) {
    records.put(slot, record.clone());
  }

  List<byte[]> records() {
    return List.copyOf(records.values());
  }

  @Override
  public synchronized Optional<byte[]> read(TreeName tree, Slot slot) {
    failIfInterrupted();
    if (unreadable > 0) {
      unreadable--;
      throw new StoreUnavailableException("injected: read");
    }
    return Optional.ofNullable(records.get(slot));
  }

  @Override
  public boolean create(TreeName tree, Slot slot, byte[] record) {
    takeBeforeCreate().ifPresent(Runnable::run);
    synchronized (this) {
      tries.add(new Try(slot, record.clone()));
      Answer answer = answers.isEmpty() ? Answer.TRUE_ANSWER : answers.remove();
      if (answer == Answer.INTERRUPTED_BEFORE) {
        Thread.currentThread().interrupt();
      }
      failIfInterrupted();
      if (answer == Answer.NOT_APPLIED) {
        throw new StoreUnavailableException("injected: create");
      }
      boolean won = records.putIfAbsent(slot, record.clone()) == null;
      if (answer == Answer.INTERRUPTED_AFTER) {
        Thread.currentThread().interrupt();
        failIfInterrupted();
      }
      if (answer == Answer.APPLIED_BUT_LOST) {
        throw new StoreUnavailableException("injected: answer lost");
      }
      if (answer == Answer.TAKEN_BUT_UNREADABLE) {
        unreadable++;
        return false;
      }
      return won;
    }
  }

  /** As channels do: as long as the thread is marked as interrupted, nothing works. */
  private static void failIfInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancelledException("interrupted");
    }
  }

  private synchronized Optional<Runnable> takeBeforeCreate() {
    Optional<Runnable> action = beforeCreate;
    beforeCreate = Optional.empty();
    return action;
  }

  @Override
  public synchronized Slot newest(TreeName tree) {
    return records.keySet().stream().max(Slot::compareTo).orElse(Slot.NONE);
  }

  @Override
  public List<TreeName> trees() {
    return records.isEmpty() ? List.of() : List.of(new TreeName("web"));
  }
}
