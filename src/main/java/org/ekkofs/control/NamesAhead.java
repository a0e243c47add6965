package org.ekkofs.control;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.TreeName;

/** How names will stand once some commands, not run yet, have been run. */
final class NamesAhead {
  private final Repository repository;
  private final List<Command> newestFirst;

  NamesAhead(Repository repository, List<Command> before) {
    this.repository = repository;
    this.newestFirst = new ArrayList<>(before);
    Collections.reverse(newestFirst);
  }

  void requireVisible(BackupPath path) {
    Optional<Boolean> ahead = visibleAhead(path);
    if (ahead.isEmpty()) {
      repository.tree(path.tree()).find(path.name());
    } else if (!ahead.get()) {
      throw new NotFoundException("\"" + path + "\" is deleted by an earlier line");
    }
  }

  /** Refuses what {@link Tree#delete} would refuse. */
  void requireDeletable(BackupPath path) {
    requireVisible(path);
    for (Command command : newestFirst) {
      if (command instanceof Command.Protect protect && protect.backup().equals(path)) {
        throw Tree.isProtected(path);
      }
      boolean free = command instanceof Command.Unprotect lifted && lifted.backup().equals(path);
      if (free || made(command).anyMatch(path::equals)) {
        return;
      }
    }
    if (stored(path).stream().anyMatch(backup -> backup.isVisible() && backup.isProtected())) {
      throw Tree.isProtected(path);
    }
  }

  void requireTree(TreeName tree) {
    boolean ahead =
        newestFirst.stream().flatMap(NamesAhead::made).anyMatch(path -> path.tree().equals(tree));
    if (!ahead) {
      repository.tree(tree);
    }
  }

  void requireFree(BackupPath path) {
    boolean taken =
        visibleAhead(path).orElseGet(() -> stored(path).stream().anyMatch(b -> b.isVisible()));
    if (taken) {
      throw new AlreadyExistsException("there is a backup \"" + path + "\" already");
    }
  }

  void requireHidden(BackupPath path) {
    boolean ahead =
        newestFirst.stream()
            .anyMatch(c -> c instanceof Command.Delete d && d.backup().equals(path));
    if (!ahead && stored(path).stream().noneMatch(b -> b.phase() instanceof Phase.Hidden)) {
      throw new NotFoundException("no deleted backup \"" + path + "\"");
    }
  }

  /** What the last of the commands that touches the name makes of it; empty if none does. */
  private Optional<Boolean> visibleAhead(BackupPath path) {
    for (Command command : newestFirst) {
      if (command instanceof Command.Delete delete && delete.backup().equals(path)) {
        return Optional.of(false);
      }
      if (made(command).anyMatch(path::equals)) {
        return Optional.of(true);
      }
    }
    return Optional.empty();
  }

  private static Stream<BackupPath> made(Command command) {
    if (command instanceof Command.Snapshot snapshot) {
      return snapshot.disks().stream().map(disk -> disk.request().target());
    }
    return command instanceof Command.Undelete undelete
        ? Stream.of(Commands.restored(undelete))
        : Stream.empty();
  }

  private List<TrackedBackup> stored(BackupPath path) {
    try {
      Tree tree = repository.tree(path.tree());
      return tree.all().stream().filter(b -> b.name().equals(path.name())).toList();
    } catch (NotFoundException noTree) {
      return List.of();
    }
  }
}
