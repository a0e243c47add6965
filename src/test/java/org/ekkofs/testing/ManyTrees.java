package org.ekkofs.testing;

import java.util.Locale;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.ObjectStore;

/** Many trees, each a {@link BigTree} of a few backups. */
public final class ManyTrees {
  private ManyTrees() {}

  /** Makes so many trees of so many backups each. */
  public static void write(ObjectStore store, int trees, int backups) {
    for (int number = 0; number < trees; number++) {
      BigTree.write(store, name(number), backups, 0);
    }
  }

  /** The name of a tree, counted from 0; in their order. */
  public static TreeName name(int number) {
    return new TreeName(String.format(Locale.ROOT, "tree-%04d", number));
  }
}
