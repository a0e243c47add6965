package org.ekkofs.simulation;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/** Every order in which the operations of a few processes can be done. */
final class Exploration {
  private final List<Role> roles;
  private final List<Histories> histories = new ArrayList<>();
  private final Contents contents = new Contents();
  private final Judge judge = new Judge(contents);
  private final StateSet seen = new StateSet();
  private final Deque<State> path = new ArrayDeque<>();
  private final boolean hastyPuts;
  private long transitions;

  Exploration(
      List<Role> roles, boolean hastyPuts, Path folder, UnaryOperator<ObjectStore> mutation) {
    this.roles = List.copyOf(roles);
    this.hastyPuts = hastyPuts;
    for (int number = 0; number < roles.size(); number++) {
      histories.add(new Histories(roles.get(number), number + 1, folder, mutation));
    }
  }

  /** Where all processes stand, and which of them goes on next here. */
  private static final class State {
    final int content;
    final Histories.Node[] nodes;
    int next;

    State(int content, Histories.Node[] nodes) {
      this.content = content;
      this.nodes = nodes;
    }
  }

  /** Explores everything; throws the first loss, with the way there. */
  void run(Template template) {
    int content = template.load(contents, judge);
    Histories.Node[] nodes = new Histories.Node[roles.size()];
    for (int number = 0; number < nodes.length; number++) {
      nodes[number] = histories.get(number).root();
    }
    try {
      State start = new State(content, nodes);
      for (int role = 0; role < nodes.length; role++) {
        start = roles.get(role).isUnderWay() ? announced(start, role) : start;
      }
      enter(start);
      while (!path.isEmpty()) {
        State state = path.getLast();
        int role = state.next++;
        if (role == nodes.length) {
          path.removeLast();
        } else if (state.nodes[role].operation.isPresent()) {
          enter(step(state, role));
        }
      }
    } catch (Loss e) {
      throw new Loss(e.getMessage() + way(), e);
    }
  }

  /** Where a process stands once it has written its first record, before others have begun. */
  private State announced(State start, int role) {
    State state = start;
    long slot = judge.log(state.content).slot();
    while (judge.log(state.content).slot() == slot) {
      state = step(state, role);
    }
    return state;
  }

  private String way() {
    StringBuilder way = new StringBuilder();
    for (State state : path) {
      int role = state.next - 1;
      way.append("\n  %s: %s".formatted(roles.get(role), state.nodes[role].operation.get()));
    }
    return way.toString();
  }

  /** Goes on to a state, unless it was seen before. */
  private void enter(State state) {
    State reached = state;
    for (int role = hasty(reached); role >= 0; role = hasty(reached)) {
      reached.next = role + 1;
      reached = step(reached, role);
    }
    if (seen.add(reached.content, reached.nodes)) {
      path.addLast(reached);
    }
  }

  /** A process whose next operation commutes with all that the others may do; -1 if none's does. */
  private int hasty(State state) {
    for (int role = 0; role < roles.size(); role++) {
      Optional<Operation> operation = state.nodes[role].operation;
      if (operation.isPresent() && isHasty(role, operation.get(), state.content, state.nodes)) {
        return role;
      }
    }
    return -1;
  }

  private boolean isHasty(int role, Operation operation, int content, Histories.Node[] nodes) {
    if (operation.kind() == Operation.Kind.SYNC || isAlone(role, nodes)) {
      return true;
    }
    if (operation.isOfRecord()) {
      return contents.has(content, operation.subject());
    }
    boolean sweeps = others(role, nodes, Role.Kind.SWEEPER);
    boolean writes = others(role, nodes, Role.Kind.WRITER);
    return switch (operation.kind()) {
      case GET, GET_RANGE -> !sweeps && contents.has(content, operation.subject());
      case PUT -> hastyPuts && (roles.get(role).kind() == Role.Kind.WRITER || !sweeps);
      case DELETE -> !sweeps && !writes;
      case LIST, CHILDREN ->
          !operation.subject().contains("/log/") && !sweeps && (!writes || hastyPuts);
      default -> false;
    };
  }

  private boolean isAlone(int role, Histories.Node[] nodes) {
    for (int other = 0; other < nodes.length; other++) {
      if (other != role && nodes[other].operation.isPresent()) {
        return false;
      }
    }
    return true;
  }

  private boolean others(int role, Histories.Node[] nodes, Role.Kind kind) {
    for (int other = 0; other < nodes.length; other++) {
      if (other != role && roles.get(other).kind() == kind && nodes[other].operation.isPresent()) {
        return true;
      }
    }
    return false;
  }

  private State step(State state, int role) {
    transitions++;
    Operation operation = state.nodes[role].operation.orElseThrow();
    announce(role, operation);
    Contents.Result result = contents.apply(state.content, operation);
    Histories.Node[] nodes = state.nodes.clone();
    int[] content = {result.content()};
    nodes[role] =
        histories
            .get(role)
            .after(
                state.nodes[role],
                result.answer(),
                next -> {
                  if (!isHasty(role, next, content[0], state.nodes)) {
                    return Optional.empty();
                  }
                  announce(role, next);
                  Contents.Result answer = contents.apply(content[0], next);
                  content[0] = answer.content();
                  return Optional.of(answer.answer());
                });
    if (result.content() != state.content) {
      judge.judge(result.content());
    }
    check(nodes[role], result.content());
    return new State(result.content(), nodes);
  }

  private void announce(int role, Operation operation) {
    if (operation.kind() == Operation.Kind.CREATE
        && LogView.isRecord(new ObjectKey(operation.subject()))
        && RecordCodec.decode(operation.bytes()).event() instanceof LogEvent.Intent intent) {
      roles.get(role).disk().ifPresent(disk -> judge.taken(intent.backup(), disk));
    }
  }

  /** Nothing fails here but what others have come first with. */
  private void check(Histories.Node node, int content) {
    node.told.forEach(told -> judge.compare(told, content));
    node.failure
        .filter(
            failure ->
                !(failure instanceof AlreadyExistsException
                    || failure instanceof NotFoundException
                    || failure instanceof RefusedException
                    || failure instanceof StoreUnavailableException))
        .ifPresent(
            failure -> {
              throw new Loss(failure.toString(), failure);
            });
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int role = 0; role < roles.size(); role++) {
      text.append(
          "%s: %d histories by %d runs, "
              .formatted(roles.get(role), histories.get(role).nodes(), histories.get(role).runs()));
    }
    return text
        + "%d states, %d transitions, %d contents"
            .formatted(seen.size(), transitions, contents.count());
  }
}
