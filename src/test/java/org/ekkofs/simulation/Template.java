package org.ekkofs.simulation;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.ekkofs.backup.Repository;
import org.ekkofs.format.DescriptorCodec;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.model.Slot;
import org.ekkofs.store.ObjectKey;

/**
 * What lies in a store before a run begins: an empty repository, or one whose tree has a full
 * backup and two that were taken relative to it. Made once; immutable.
 */
final class Template {
  /** The id of the repository. */
  static final UUID REPOSITORY = new UUID(0x4000L, 0x8000_0000_0000_0000L);

  private record Stored(ObjectKey key, byte[] bytes, Optional<SparseDisk> disk) {}

  private final List<Stored> objects;

  private Template(List<Stored> objects) {
    this.objects = List.copyOf(objects);
  }

  /** A repository without any tree. */
  static Template empty() {
    RepositoryDescriptor descriptor =
        new RepositoryDescriptor(REPOSITORY, Clock.systemUTC().instant(), LogPlace.STORE, false);
    ObjectKey key = ObjectKey.of(Repository.DESCRIPTOR_NAME);
    return new Template(
        List.of(new Stored(key, DescriptorCodec.encode(descriptor), Optional.empty())));
  }

  /** A repository with backups of these disks, each relative to the first; made in this folder. */
  static Template of(Path folder, SortedMap<String, SparseDisk> disks) {
    World world = new World(Choices.random(0), Profile.PLAIN, Simulation.UNHEARD);
    empty().load(world);
    world.calm();
    Machine machine = new Machine(world, 0, folder, UnaryOperator.identity());
    Actor founder = new Actor("founder", world, machine, List.of());
    try (Repository repository = founder.open()) {
      Optional<BackupName> parent = Optional.empty();
      for (Map.Entry<String, SparseDisk> backup : disks.entrySet()) {
        BackupName name = new BackupName(backup.getKey());
        Tasks.snapshot(repository, founder, name, parent, backup.getValue());
        parent = parent.or(() -> Optional.of(name));
      }
    }
    return new Template(objects(world));
  }

  /** Records last, each with the disk of the backup it is about. */
  private static List<Stored> objects(World world) {
    List<Stored> objects = new ArrayList<>();
    List<Stored> records = new ArrayList<>();
    world
        .content
        .list("")
        .forEach(
            object -> {
              byte[] bytes = world.content.get(object.key()).orElseThrow();
              boolean record = object.key().value().contains("/log/");
              Optional<SparseDisk> disk =
                  record ? world.oracle.diskOf(bytes) : Optional.<SparseDisk>empty();
              (record ? records : objects).add(new Stored(object.key(), bytes, disk));
            });
    objects.addAll(records);
    return objects;
  }

  /** The content of a store that has all of it. */
  int load(Contents contents, Judge judge) {
    int content = contents.empty();
    for (Stored object : objects) {
      content = contents.with(content, object.key().value(), object.bytes());
      if (LogView.isRecord(object.key())
          && RecordCodec.decode(object.bytes()).event() instanceof LogEvent.Intent intent) {
        judge.taken(intent.backup(), object.disk().orElseThrow());
      }
    }
    return content;
  }

  /** Puts all of it into a world that has nothing yet. */
  void load(World world) {
    for (Stored object : objects) {
      if (world.home != LogHome.STORE && LogView.isRecord(object.key())) {
        Slot slot = new Slot(LogView.slot(object.key()));
        world.create(SimulatedTable.row(World.TREE, slot), object.bytes(), object.disk());
        world.create(SimulatedTable.mark(World.TREE, slot), new byte[1], Optional.empty());
      }
      world.create(object.key(), object.bytes(), object.disk());
    }
  }
}
