package org.ekkofs.backup;

import java.util.Comparator;
import java.util.List;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.Slot;

/**
 * What is to be seen of a tree at one point of its log.
 *
 * @param slot the last record that counts
 * @param backups the visible backups, oldest first
 */
public record Sight(Slot slot, List<TrackedBackup> backups) {
  private static final Comparator<TrackedBackup> OLDEST_FIRST =
      Comparator.comparing(TrackedBackup::taken).thenComparing(TrackedBackup::slot);

  /** Before the first record. */
  public static final Sight NOTHING = new Sight(Slot.NONE, List.of());

  /** Copies the list. */
  public Sight {
    backups = List.copyOf(backups);
  }

  static Sight of(TreeState state) {
    return new Sight(
        state.slot(),
        state.backups().stream().filter(TrackedBackup::isVisible).sorted(OLDEST_FIRST).toList());
  }
}
