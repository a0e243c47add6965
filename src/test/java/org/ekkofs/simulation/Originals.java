package org.ekkofs.simulation;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.backup.Copies;
import org.ekkofs.backup.CopyReport;
import org.ekkofs.backup.CopyRequest;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.format.DescriptorCodec;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.model.WriterProcess;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.CallingThread;
import org.ekkofs.testing.HandClock;
import org.ekkofs.testing.MemoryObjectStore;

/**
 * Another repository, in which nothing goes wrong or changes, of which backups are copied into a
 * simulated one. Belongs to whoever's turn it is.
 */
final class Originals {
  private static final UUID ID = new UUID(0x4001L, 0x8000_0000_0000_0000L);
  private static final SparseDisk FIRST =
      SparseDisk.empty(4).with(0, -101).with(64, -102).with(128, -103).with(192, -104);

  /** Each taken relative to the one before; some names are those of other backups as well. */
  private static final SortedMap<String, SparseDisk> DISKS =
      new TreeMap<>(
          Map.of(
              "e", FIRST,
              "f", FIRST.with(1, -105).with(65, -106),
              "g", FIRST.with(1, -105).with(64, 0).with(129, -107)));

  private final Repository repository;

  private Originals(Repository repository) {
    this.repository = repository;
  }

  /** The repository, with its local state in this folder. */
  static Originals in(Path folder) {
    MemoryObjectStore store = new MemoryObjectStore();
    store.createIfAbsent(
        ObjectKey.of(Repository.DESCRIPTOR_NAME),
        DescriptorCodec.encode(
            new RepositoryDescriptor(ID, new HandClock().instant(), LogPlace.STORE, false)));
    AtomicLong ids = new AtomicLong();
    Repository repository =
        Repository.open(
            store,
            new LocalState(folder),
            new Surroundings(
                new HandClock(),
                new Host(new WriterProcess("elsewhere", "", 1, 1)),
                point -> {},
                (name, count) -> new CallingThread(),
                () -> new UUID(0x4001L, 0x8000_0000_0000_0000L | ids.incrementAndGet())));
    Optional<BackupName> parent = Optional.empty();
    for (Map.Entry<String, SparseDisk> disk : DISKS.entrySet()) {
      BackupName name = new BackupName(disk.getKey());
      SnapshotRequest request =
          new SnapshotRequest(
              new BackupPath(World.TREE, name),
              parent,
              Optional.of(SparseDisk.SIZE),
              Optional.of(Compression.DEFAULT));
      new Snapshots(repository).take(disk.getValue().source(), request, Progress.NONE);
      parent = Optional.of(name);
    }
    return new Originals(repository);
  }

  /** Copies one of its backups into a simulated repository. */
  void copy(Repository destination, Actor actor) {
    World world = actor.world();
    String name = world.choices.of(List.copyOf(DISKS.keySet()));
    actor.takes(DISKS.get(name));
    world.note(() -> actor + ": copy " + name);
    CopyReport report =
        new Copies(repository, destination)
            .copy(
                new CopyRequest(World.TREE, Set.of(new BackupName(name)), World.TREE),
                Progress.NONE);
    report
        .copied()
        .forEach(copy -> world.told("a copy", copy.id(), entry -> entry.commit.isPresent()));
    if (report.reusedBytes() > 0) {
      report
          .copied()
          .forEach(
              copy -> world.told("a copy gone on with", copy.id(), e -> e.continues.isPresent()));
    }
  }
}
