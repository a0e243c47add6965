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
import org.ekkofs.store.TreeKeys;

/**
 * Every order in which the operations of a few processes can be done, up to their ends. In every
 * content of the store that comes up, everything that was promised must be there ({@link Judge}),
 * and whatever a user is told must be so. As all beginnings of all orders are among them, so are
 * all in which a process dies, or sleeps for ever, between any two of its operations.
 *
 * <p>What a process does next follows from what it was answered so far, and from nothing else: ids
 * and clock are given. So a state is the content of the store and, for each process, its answers so
 * far ({@link Histories}), and no state is gone on from twice. The real code runs only when a
 * process gets answers that it never got before.
 *
 * <p>Not all orders are gone through one by one. Where the next operation of some process commutes
 * with everything that the others may still do, it is done first and nothing else is tried in that
 * state: whatever the others do first instead leads to the same states after it, and the operation
 * itself neither makes a backup visible nor takes anything from one. These are:
 *
 * <ul>
 *   <li>making things durable, which changes nothing here;
 *   <li>reading a slot of the log that is taken, or trying to create it: nobody ever changes or
 *       removes a record, which is checked;
 *   <li>reading another object that is there, as long as no other process sweeps: nobody else
 *       deletes, and what is there is never replaced;
 *   <li>deleting an object, once there are no others that read any;
 *   <li>putting an object of an own snapshot or, by the only sweep, a plan: nobody else reads or
 *       deletes it before the log names it, and only listings could show it. They do so after a
 *       snapshot was revoked, and then this must be switched off; that nothing is listed where
 *       something may have been put in haste is checked whenever something is listed;
 *   <li>listing what only others that are gone could change, and checkpoints, of which none are
 *       made in so short a log;
 *   <li>all operations of the last process.
 * </ul>
 *
 * <p>Several objects that are deleted by one call are deleted one after the other, and others may
 * come in between. For one thread.
 */
final class Exploration {
  private static final TreeKeys KEYS = new TreeKeys(World.TREE);

  /** Below these a writer puts something before the log names it. */
  private static final List<String> HASTILY_PUT =
      List.of(KEYS.chunks(), KEYS.manifests(), KEYS.references());

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
      e.addSuppressed(new Loss("the way there:" + way()));
      throw e;
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
      return isCreateOrRead(operation) && contents.has(content, operation.subject());
    }
    boolean sweeps = others(role, nodes, Role.Kind.SWEEPER);
    boolean writes = others(role, nodes, Role.Kind.WRITER);
    return switch (operation.kind()) {
      case GET, GET_RANGE -> !sweeps && contents.has(content, operation.subject());
      case PUT -> hastyPuts && (roles.get(role).kind() == Role.Kind.WRITER || !sweeps);
      case DELETE -> !sweeps && !writes;
      case LIST, CHILDREN ->
          operation.subject().startsWith(KEYS.checkpoints())
              || (!operation.subject().contains("/log/") && !sweeps && (!writes || hastyPuts));
      default -> false;
    };
  }

  private static boolean isCreateOrRead(Operation operation) {
    if (operation.kind() != Operation.Kind.CREATE && !operation.isRead()) {
      throw new Loss("a record is changed: " + operation);
    }
    return true;
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
    checkReduction(role, operation, state);
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

  /**
   * Nobody may look where a writer has put something in haste, before it is committed; and nobody
   * makes checkpoints, so that listing them makes no difference.
   */
  private void checkReduction(int role, Operation operation, State state) {
    String prefix = operation.subject();
    if (operation.kind() == Operation.Kind.CREATE && !operation.isOfRecord()) {
      throw new IllegalStateException(roles.get(role) + " creates " + prefix);
    }
    boolean listing =
        operation.kind() == Operation.Kind.LIST || operation.kind() == Operation.Kind.CHILDREN;
    if (listing
        && hastyPuts
        && others(role, state.nodes, Role.Kind.WRITER)
        && HASTILY_PUT.stream().anyMatch(prefix::startsWith)
        && !isOfCommitted(prefix, state.content)) {
      throw new IllegalStateException(
          "%s lists %s: puts must not be done in haste".formatted(roles.get(role), prefix));
    }
  }

  private boolean isOfCommitted(String prefix, int content) {
    String owner = new ObjectKey(prefix.substring(0, prefix.length() - 1)).name();
    return judge.log(content).entries().stream()
        .anyMatch(entry -> entry.id.toString().equals(owner) && entry.commit.isPresent());
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
