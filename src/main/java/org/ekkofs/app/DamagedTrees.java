package org.ekkofs.app;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.TreeName;

/** Trees that cannot be read: those that can are shown first, then this makes the command fail. */
final class DamagedTrees implements BiConsumer<TreeName, CorruptException> {
  private final List<CorruptException> failures = new ArrayList<>();

  @Override
  public void accept(TreeName tree, CorruptException failure) {
    failures.add(failure);
  }

  /**
   * Fails if there are any.
   *
   * @throws CorruptException with the first, and how many more there are
   */
  void report() {
    if (failures.isEmpty()) {
      return;
    }
    CorruptException first = failures.get(0);
    if (failures.size() == 1) {
      throw first;
    }
    throw new CorruptException(
        "%s; so are %s more"
            .formatted(first.getMessage(), Sizes.count(failures.size() - 1, "tree")),
        first);
  }
}
