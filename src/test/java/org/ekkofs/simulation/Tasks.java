package org.ekkofs.simulation;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.backup.Sweeps;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.EkkofsException;

/** What users ask for in a simulated world: what exactly is drawn when it begins. */
final class Tasks {
  /** Few, so that they race for them. */
  static final List<BackupName> NAMES =
      Stream.of("a", "b", "c", "d", "e", "f").map(BackupName::new).toList();

  private Tasks() {}

  /** Takes a snapshot of a disk that differs a little from the one of its parent, if it has one. */
  static void snapshot(Repository repository, Actor actor) {
    World world = actor.world();
    BackupName name = world.choices.percent(20) ? name(world) : freeName(world);
    Optional<BackupName> parent =
        world.choices.percent(75) ? Optional.of(name(world)) : Optional.empty();
    SparseDisk before =
        parent
            .flatMap(world.oracle.log()::visible)
            .map(entry -> world.oracle.disk(entry.id))
            .orElseGet(() -> SparseDisk.empty(2 + world.choices.below(4)));
    snapshot(repository, actor, name, parent, before.changed(world.choices, world.number()));
  }

  /** Takes a snapshot of this disk. */
  static void snapshot(
      Repository repository,
      Actor actor,
      BackupName name,
      Optional<BackupName> parent,
      SparseDisk disk) {
    World world = actor.world();
    actor.takes(disk);
    world.note(() -> "%s: snapshot %s of %s, parent %s".formatted(actor, name, disk, parent));
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(World.TREE, name),
            parent,
            Optional.of(SparseDisk.SIZE),
            Optional.of(Compression.DEFAULT));
    try {
      TrackedBackup taken = new Snapshots(repository).take(disk.source(), request, Progress.NONE);
      world.told("a snapshot", taken.id(), entry -> entry.commit.isPresent());
    } catch (EkkofsException e) {
      world.toldFailure(disk, e);
      throw e;
    }
  }

  /** A name, and mostly one that somebody has. */
  private static BackupName name(World world) {
    List<BackupName> taken = NAMES.stream().filter(world.oracle::isVisible).toList();
    return taken.isEmpty() || world.choices.percent(10)
        ? world.choices.of(NAMES)
        : world.choices.of(taken);
  }

  /** A name, and if possible one that nobody has. */
  private static BackupName freeName(World world) {
    List<BackupName> free = NAMES.stream().filter(name -> !world.oracle.isVisible(name)).toList();
    return world.choices.of(free.isEmpty() ? NAMES : free);
  }

  /** Deletes a backup. */
  static void delete(Repository repository, Actor actor) {
    World world = actor.world();
    BackupName name = name(world);
    world.note(() -> actor + ": delete " + name);
    TrackedBackup hidden = repository.tree(World.TREE).delete(name);
    world.told("its deletion", hidden.id(), entry -> entry.wasHidden);
  }

  /** Brings a backup back. */
  static void undelete(Repository repository, Actor actor) {
    World world = actor.world();
    BackupName name = world.choices.of(hidden(world));
    BackupName as = freeName(world);
    world.note(() -> "%s: undelete %s as %s".formatted(actor, name, as));
    TrackedBackup back = repository.tree(World.TREE).undelete(name, as);
    world.told("its return", back.id(), entry -> entry.wasBroughtBack);
  }

  private static List<BackupName> hidden(World world) {
    List<BackupName> hidden =
        world.oracle.log().entries().stream()
            .filter(entry -> entry.stage == LogModel.Stage.HIDDEN)
            .map(entry -> entry.name)
            .toList();
    return hidden.isEmpty() ? NAMES : hidden;
  }

  /** Deletes backups and brings them back, and now and then protects one for a while. */
  static void change(Repository repository, Actor actor) {
    int kind = actor.world().choices.below(20);
    if (kind < 12) {
      delete(repository, actor);
    } else if (kind < 18) {
      undelete(repository, actor);
    } else {
      protect(repository, actor, kind == 18);
    }
  }

  private static void protect(Repository repository, Actor actor, boolean wanted) {
    World world = actor.world();
    BackupName name = name(world);
    world.note(() -> "%s: protect %s: %s".formatted(actor, name, wanted));
    Tree tree = repository.tree(World.TREE);
    TrackedBackup backup = wanted ? tree.protect(name) : tree.unprotect(name);
    world.told("its protection", backup.id(), entry -> entry.commit.isPresent());
  }

  /** Sweeps what was deleted, or only what was deleted long ago. */
  static void sweep(Repository repository, Actor actor) {
    World world = actor.world();
    SweepOptions options =
        world.profile.patient() ? SweepOptions.DEFAULT : SweepOptions.DEFAULT.now();
    world.note(() -> actor + ": sweep");
    new Sweeps(repository).sweep(repository.tree(World.TREE), options, Progress.NONE);
    world.swept();
  }

  /** Revokes a snapshot, whether it is being taken or not. */
  static void revoke(Repository repository, Actor actor) {
    World world = actor.world();
    Tree tree = repository.tree(World.TREE);
    List<TrackedBackup> open = tree.all().stream().filter(TrackedBackup::isOpen).toList();
    if (!open.isEmpty()) {
      BackupName name = world.choices.of(open).name();
      world.note(() -> actor + ": revoke " + name);
      TrackedBackup revoked = tree.revoke(name, true);
      world.told("its revocation", revoked.id(), entry -> entry.commit.isEmpty());
    }
  }
}
