package org.ekkofs.control;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.ekkofs.backup.DiskUse;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.SweepReport;
import org.ekkofs.backup.Sweeps;
import org.ekkofs.backup.Tree;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.TreeName;

/**
 * Sweeps one tree, or all of a repository one after the other; one that is damaged keeps none of
 * the others from being swept. Safe for use by many threads.
 */
public final class SweepTrees {
  private final Repository repository;
  private final DiskUse use;

  /** Sweeps that leave alone what is being read in this process. */
  public SweepTrees(Repository repository, DiskUse use) {
    this.repository = repository;
    this.use = use;
  }

  /**
   * Does something with the tree, or with every one.
   *
   * @param work may fail with a {@link CorruptException} without keeping the rest from being done
   * @param damaged told of each tree for which it did, or that cannot be read at all
   * @throws CorruptException if the one tree that is named is damaged
   */
  public void each(
      Optional<TreeName> tree,
      Consumer<Tree> work,
      BiConsumer<TreeName, CorruptException> damaged) {
    if (tree.isPresent()) {
      work.accept(repository.tree(tree.get()));
      return;
    }
    for (Tree next : repository.trees(damaged)) {
      try {
        work.accept(next);
      } catch (CorruptException e) {
        damaged.accept(next.name(), e);
      }
    }
  }

  /**
   * Runs a command.
   *
   * @return one line for people: what was freed, and what waits
   * @throws CorruptException if a tree is damaged; says what came of the others
   */
  String run(Command.Sweep command, Progress progress) {
    List<String> results = new ArrayList<>();
    List<CorruptException> failures = new ArrayList<>();
    each(
        command.tree(),
        tree ->
            result(command, sweep(tree, command, progress, object -> {})).ifPresent(results::add),
        (tree, failure) -> failures.add(failure));
    String outcome = results.isEmpty() ? "there was nothing to sweep" : String.join("; ", results);
    if (!failures.isEmpty()) {
      CorruptException first = failures.get(0);
      throw new CorruptException(first.getMessage() + "; of the other trees: " + outcome, first);
    }
    return outcome;
  }

  /** Of many trees only those are spoken of that there is something to say about. */
  private static Optional<String> result(Command.Sweep command, SweepReport report) {
    SweepText text =
        new SweepText(report, command.options(), command.dryRun(), ZoneId.systemDefault());
    return text.isWorthSaying() || command.tree().isPresent()
        ? Optional.of(text.line())
        : Optional.empty();
  }

  /**
   * Sweeps a tree, or finds out what that would do.
   *
   * @param consumer told of each object that would go, if it is not done
   */
  public SweepReport sweep(
      Tree tree, Command.Sweep command, Progress progress, Consumer<Sweeps.Doomed> consumer) {
    Sweeps sweeps = new Sweeps(repository, use);
    return command.dryRun()
        ? sweeps.preview(tree, command.options(), progress, consumer)
        : sweeps.sweep(tree, command.options(), progress);
  }
}
