package org.ekkofs.source.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Names;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;

/** What QEMU is asked about, and asked to do. As safe as its client. */
record Machine(QmpClient client) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long POLL_NANOS = 5_000_000;
  private static final String FILE_SUFFIX = "-file";

  /** All block nodes. */
  List<BlockNode> nodes() {
    return list("query-named-block-nodes", Line.object().put("flat", true))
        .map(BlockNode::of)
        .toList();
  }

  private Stream<JsonNode> list(String command, ObjectNode arguments) {
    return StreamSupport.stream(client.execute(command, arguments).spliterator(), false);
  }

  /**
   * The block node of a disk.
   *
   * @param name of the node, or of its drive or device
   * @throws NotFoundException if there is none
   */
  BlockNode disk(String name) {
    List<BlockNode> nodes = nodes();
    return named(nodes, name)
        .or(() -> inserted(name).flatMap(node -> named(nodes, node)))
        .orElseThrow(() -> new NotFoundException(noSuchDisk(name, nodes)));
  }

  private static Optional<BlockNode> named(List<BlockNode> nodes, String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
  }

  private Optional<String> inserted(String name) {
    // A storage daemon has no devices.
    QmpClient.Answer answer = client.ask("query-block", Line.object());
    if (!(answer instanceof QmpClient.Answer.Done done)) {
      return Optional.empty();
    }
    return StreamSupport.stream(done.value().spliterator(), false)
        .filter(
            drive ->
                drive.path("device").asText().equals(name)
                    || drive.path("qdev").asText().equals(name))
        .map(drive -> drive.path("inserted").path("node-name").asText())
        .findFirst();
  }

  private String noSuchDisk(String name, List<BlockNode> nodes) {
    String known =
        nodes.stream()
            .map(BlockNode::name)
            .filter(candidate -> !candidate.startsWith("#"))
            .limit(20)
            .collect(Collectors.joining(", "));
    return "%s has no block node \"%s\"; it has %s"
        .formatted(
            client.description(),
            Names.printable(name),
            known.isEmpty() ? "none with a name" : Names.printable(known));
  }

  /** Has several things happen at one moment, or none of them. */
  void transaction(List<ObjectNode> actions) {
    if (!actions.isEmpty()) {
      ArrayNode list = Line.object().arrayNode().addAll(actions);
      client.execute("transaction", Line.object().set("actions", list));
    }
  }

  /** One of these things. */
  static ObjectNode action(String type, ObjectNode data) {
    ObjectNode action = Line.object().put("type", type);
    action.set("data", data);
    return action;
  }

  /** Has a file made, and waits for it. */
  void create(String job, ObjectNode options) {
    ObjectNode arguments = Line.object().put("job-id", job);
    arguments.set("options", options);
    client.execute("blockdev-create", arguments);
    Optional<String> error =
        await("blockdev-create", () -> job(job).filter(Machine::isConcluded))
            .map(concluded -> concluded.path("error").asText())
            .filter(text -> !text.isEmpty());
    client.execute("job-dismiss", Line.object().put("id", job));
    if (error.isPresent()) {
      throw new FailedException(client.description() + ": " + Names.printable(error.get()));
    }
  }

  /** How a job of this name stands; empty if there is none. */
  Optional<JsonNode> job(String id) {
    return list("query-jobs", Line.object())
        .filter(job -> job.path("id").asText().equals(id))
        .findFirst();
  }

  private static boolean isConcluded(JsonNode job) {
    return job.path("status").asText().equals("concluded");
  }

  @FunctionalInterface
  private interface Look<T> {
    Optional<T> now();
  }

  /** Looks until there is something to see. */
  private <T> Optional<T> await(String what, Look<T> look) {
    Line.Deadline deadline = new Line.Deadline(PATIENCE);
    while (true) {
      Optional<T> seen = look.now();
      if (seen.isPresent()) {
        return seen;
      }
      if (deadline.left() == 0) {
        throw new FailedException(client.description() + " does not finish " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private void awaitNone(String what, Function<Machine, List<?>> rest) {
    await(what, () -> rest.apply(this).isEmpty() ? Optional.of(true) : Optional.empty());
  }

  /** Stops serving what begins with a name, and waits for that. */
  void removeExports(String prefix) {
    for (String id : exports(prefix)) {
      client.execute("block-export-del", Line.object().put("id", id).put("mode", "hard"));
    }
    awaitNone("block-export-del", machine -> machine.exports(prefix));
  }

  private List<String> exports(String prefix) {
    return list("query-block-exports", Line.object())
        .map(export -> export.path("id").asText())
        .filter(id -> id.startsWith(prefix))
        .toList();
  }

  /** Ends the jobs whose names begin with this, and waits for that. */
  void removeJobs(String prefix) {
    awaitNone("job-cancel", machine -> machine.endJobs(prefix));
  }

  private List<JsonNode> endJobs(String prefix) {
    List<JsonNode> jobs =
        list("query-jobs", Line.object())
            .filter(job -> job.path("id").asText().startsWith(prefix))
            .toList();
    for (JsonNode job : jobs) {
      // It may end at any moment, so that being denied says nothing.
      client.ask(
          isConcluded(job) ? "job-dismiss" : "job-cancel",
          Line.object().put("id", job.path("id").asText()));
    }
    return jobs;
  }

  /** Detaches the overlays whose names begin with this. */
  void removeNodes(String prefix) {
    nodes().stream()
        .map(BlockNode::name)
        .filter(name -> name.startsWith(prefix))
        .sorted(Comparator.comparing((String name) -> name.endsWith(FILE_SUFFIX)))
        .forEach(name -> client.execute("blockdev-del", Line.object().put("node-name", name)));
  }

  /** The name of the node of an overlay's file. */
  static String fileNode(String overlay) {
    return overlay + FILE_SUFFIX;
  }

  /**
   * Starts the machine's NBD server.
   *
   * @throws RefusedException if it runs already
   */
  void startServer(String socket) {
    ObjectNode address = Line.object().put("type", "unix");
    address.set("data", Line.object().put("path", socket));
    ObjectNode arguments = Line.object();
    arguments.set("addr", address);
    QmpClient.Answer answer = client.ask("nbd-server-start", arguments);
    if (answer instanceof QmpClient.Answer.Denied denied) {
      if (denied.why().contains("already running")) {
        throw new RefusedException(
            client.description()
                + " serves disks by NBD to somebody else, and has only one NBD server; try again"
                + " when that has ended (nbd-server-stop)");
      }
      throw client.failed("nbd-server-start", denied);
    }
  }

  /** Stops the machine's NBD server; one that does not run is left alone. */
  void stopServer() {
    QmpClient.Answer answer = client.ask("nbd-server-stop", Line.object());
    if (answer instanceof QmpClient.Answer.Denied denied && !denied.why().contains("not running")) {
      throw client.failed("nbd-server-stop", denied);
    }
  }

  /** Of a disk the bitmaps of ours that meet a condition. */
  List<DirtyBitmap> bitmaps(String node, Predicate<DirtyBitmap> condition) {
    return named(nodes(), node)
        .map(found -> found.bitmaps().stream().filter(condition).toList())
        .orElse(List.of());
  }
}
