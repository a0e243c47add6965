package org.ekkofs.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.WriterProcess;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.CallingThread;
import org.ekkofs.testing.HandClock;
import org.jspecify.annotations.Nullable;

/**
 * What a process does next, depending on what it has been answered so far. A process is run with
 * the real code, from its beginning and in the calling thread, whenever a sequence of answers comes
 * up for the first time; it is ended where it wants to know more. What it did is remembered: the
 * same answers lead to the same operations, which is checked. For one thread.
 */
final class Histories {
  /** Where a process stands. */
  static final class Node {
    private final @Nullable Node before;
    private final @Nullable Answer answer;
    private final Map<Answer, Node> after = new HashMap<>();

    /** Counted from 0, in the order of their discovery. */
    final int number;

    /** What it does next; empty if it has ended. */
    final Optional<Operation> operation;

    /** What it told its user since the node before. */
    final List<Told> told;

    /** What it failed with, if it ended so. */
    final Optional<Throwable> failure;

    private Node(
        int number,
        @Nullable Node before,
        @Nullable Answer answer,
        Optional<Operation> operation,
        List<Told> told,
        Optional<Throwable> failure) {
      this.number = number;
      this.before = before;
      this.answer = answer;
      this.operation = operation;
      this.told = told;
      this.failure = failure;
    }
  }

  /** Something a user was told. */
  record Told(String what, BackupId backup, Predicate<LogModel.Entry> truth) {}

  /** Answers at once what nobody else could make a difference to; else says nothing. */
  @FunctionalInterface
  interface Haste {
    /** The answer; empty if it depends on who comes first. */
    Optional<Answer> answer(Operation operation);
  }

  private final Role role;
  private final int number;
  private final Path folder;
  private final UnaryOperator<ObjectStore> mutation;
  private int nodes;
  private int runs;
  private @Nullable Node root;

  Histories(Role role, int number, Path folder, UnaryOperator<ObjectStore> mutation) {
    this.role = role;
    this.number = number;
    this.folder = folder;
    this.mutation = mutation;
  }

  /** How many ways to stand there are so far. */
  int nodes() {
    return nodes;
  }

  /** How often the process was run. */
  int runs() {
    return runs;
  }

  /** Where it begins. */
  Node root() {
    if (root == null) {
      new Run(new ArrayDeque<>(), null, null, operation -> Optional.empty()).go();
    }
    return root;
  }

  /** Where it stands after the next answer. */
  Node after(Node node, Answer answer, Haste haste) {
    Node known = node.after.get(answer);
    if (known == null) {
      Deque<Node> path = new ArrayDeque<>();
      for (Node at = node; at != null; at = at.before) {
        path.addFirst(at);
      }
      new Run(path, node, answer, haste).go();
      known = node.after.get(answer);
    }
    return known;
  }

  /** The process once more from its beginning: along a path, and from there on in haste. */
  private final class Run {
    private final Deque<Node> path;
    private final Haste haste;
    private final List<Told> told = new ArrayList<>();
    private final @Nullable Node last;
    private final @Nullable Answer lastAnswer;
    private @Nullable Node current;
    private @Nullable Answer currentAnswer;
    private boolean stopped;
    private long ids;

    Run(Deque<Node> path, @Nullable Node last, @Nullable Answer lastAnswer, Haste haste) {
      this.path = path;
      this.last = last;
      this.lastAnswer = lastAnswer;
      this.haste = haste;
      this.current = null;
    }

    void go() {
      runs++;
      Path place = folder.resolve(Integer.toString(number));
      if (role.kind() != Role.Kind.WRITER) {
        Machine.prepareNothing(place);
        run(place);
        return;
      }
      Machine.prepare(place, false);
      try {
        run(place);
      } finally {
        delete(place);
      }
    }

    private void run(Path place) {
      Throwable failure = null;
      try (Repository repository =
          Repository.open(
              mutation.apply(new OperationStore(this::answer)),
              new LocalState(place),
              surroundings())) {
        role.script().run(repository, (what, id, truth) -> told.add(new Told(what, id, truth)));
      } catch (EkkofsException | Crash e) {
        failure = e;
      }
      if (!stopped) {
        arrive(Optional.empty(), Optional.ofNullable(failure));
      }
    }

    private Answer answer(Operation operation) {
      if (stopped) {
        throw new Crash();
      }
      if (!path.isEmpty()) {
        return replayed(path.removeFirst(), operation);
      }
      arrive(Optional.of(operation), Optional.empty());
      Optional<Answer> answer = haste.answer(operation);
      if (answer.isEmpty()) {
        stopped = true;
        throw new Crash();
      }
      currentAnswer = answer.get();
      return currentAnswer;
    }

    private Answer replayed(Node node, Operation operation) {
      if (!node.operation.equals(Optional.of(operation))) {
        throw new IllegalStateException(
            "%s does %s where it did %s".formatted(role, operation, node.operation));
      }
      told.clear();
      current = node;
      currentAnswer = node == last ? lastAnswer : path.getFirst().answer;
      return currentAnswer;
    }

    private void arrive(Optional<Operation> operation, Optional<Throwable> failure) {
      Node known = current == null ? root : current.after.get(currentAnswer);
      if (known == null) {
        known = new Node(nodes++, current, currentAnswer, operation, List.copyOf(told), failure);
        if (current == null) {
          root = known;
        } else {
          current.after.put(currentAnswer, known);
        }
      }
      told.clear();
      current = known;
    }

    private Surroundings surroundings() {
      return new Surroundings(
          new HandClock(),
          new Host(new WriterProcess("host" + number, "", 1, 1)),
          point -> {},
          (name, count) -> new CallingThread(),
          () -> new UUID(0x4000L | (long) number << 32, 0x8000_0000_0000_0000L | ++ids));
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
