package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.ekkofs.backup.Repository;
import org.ekkofs.log.DatabaseLogStore;
import org.ekkofs.log.HostLock;
import org.ekkofs.log.LogReader;
import org.ekkofs.log.LogRebuild;
import org.ekkofs.log.LogStore;
import org.ekkofs.log.LogTable;
import org.ekkofs.log.ObjectLogStore;
import org.ekkofs.log.ReadOnlyLogStore;
import org.ekkofs.log.SingleWriterLogStore;
import org.ekkofs.log.postgresql.DatabaseAddress;
import org.ekkofs.log.postgresql.PostgresTable;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.store.ObjectStore;

/**
 * The ways to the places where logs live.
 *
 * @param environment the environment variables
 */
record LogPlaces(Map<String, String> environment) {
  private static final String OVERRIDE = "EKKOFS_LOG";

  /** The logs of a repository, as this host may use them. */
  LogStore open(
      RepositoryDescriptor descriptor, ObjectStore objects, ExecutorService readers, String host) {
    if (descriptor.log() instanceof LogPlace.Database database) {
      return new DatabaseLogStore(table(descriptor, database), objects, ObjectSeal.of(objects));
    }
    LogStore stored = new ObjectLogStore(objects, readers);
    if (descriptor.log() instanceof LogPlace.SingleWriter writer) {
      return writer.host().equals(host)
          ? new SingleWriterLogStore(
              objects,
              readers,
              writer,
              () -> Repository.describe(objects).log(),
              HostLock.of(descriptor.id()))
          : new ReadOnlyLogStore(stored, SingleWriterLogStore.refusal(writer.host()));
    }
    return objects.createsOnlyIfAbsent()
        ? stored
        : new ReadOnlyLogStore(
            stored,
            "%s cannot keep several writers apart, so nothing can be written until the log has another place: see \"ekkofs log use\""
                .formatted(objects.description()));
  }

  /** Makes what the logs of a new repository need. */
  void make(RepositoryDescriptor descriptor) {
    if (descriptor.log() instanceof LogPlace.Database database) {
      try (LogTable table = table(descriptor, database)) {
        table.make();
      }
    }
  }

  /** A repository's records in a database. */
  LogTable table(RepositoryDescriptor descriptor, LogPlace.Database database) {
    return new PostgresTable(address(database), environment, descriptor.id());
  }

  /** The same without another address than the repository's own. */
  LogPlaces named() {
    Map<String, String> others = new HashMap<>(environment);
    others.remove(OVERRIDE);
    return new LogPlaces(others);
  }

  /**
   * Fills a database with the records that are in the store.
   *
   * @param complete whether it may have some of them already
   * @return the newest record of each tree
   */
  Map<TreeName, Slot> fill(Repository repository, LogPlace.Database database, boolean complete) {
    ExecutorService readers = Executors.newFixedThreadPool(LogReader.MAX_WINDOW);
    try (LogTable table = table(repository.descriptor(), database)) {
      return new LogRebuild(table, repository.store(), readers, ObjectSeal.of(repository.store()))
          .run(complete);
    } finally {
      readers.shutdownNow();
    }
  }

  /** Says in the repository that its logs have another place from now on. */
  static void move(Repository repository, LogPlace place) {
    RepositoryDescriptor before = repository.descriptor();
    RepositoryDescriptor after =
        ObjectSeal.of(repository.store())
            .prove(
                new RepositoryDescriptor(before.id(), before.created(), place, before.encrypted()));
    HostLock.of(before.id())
        .during(
            () -> {
              Repository.redescribe(repository.store(), after);
              return after;
            });
  }

  /** Where the database is: as the environment says, else as the repository does. */
  DatabaseAddress address(LogPlace.Database database) {
    return DatabaseAddress.parse(
        Optional.ofNullable(environment.get(OVERRIDE))
            .filter(text -> !text.isEmpty())
            .orElse(database.address()));
  }

  /** Where logs live, for people. */
  static String describe(LogPlace place) {
    if (place instanceof LogPlace.Database database) {
      return "in the database " + database.address() + ", with copies in the store";
    }
    return place instanceof LogPlace.SingleWriter writer
        ? "in the store; only host " + writer.host() + " may write"
        : "in the store";
  }

  /** What somebody who looks at the repository should know: that not every host may write to it. */
  static Optional<String> limits(Repository repository) {
    return repository.descriptor().log() instanceof LogPlace.SingleWriter writer
        ? Optional.of("only host %s may write to this repository".formatted(writer.host()))
        : Optional.empty();
  }

  /** Where logs live, for programs. */
  static void json(LogPlace place, ObjectNode json) {
    if (place instanceof LogPlace.Database database) {
      json.put("log", "postgresql").put("database", database.address());
    } else if (place instanceof LogPlace.SingleWriter writer) {
      json.put("log", "single-writer").put("writer", writer.host());
    } else {
      json.put("log", "store");
    }
  }
}
