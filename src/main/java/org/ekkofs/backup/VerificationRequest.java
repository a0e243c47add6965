package org.ekkofs.backup;

import java.util.Optional;
import java.util.OptionalLong;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.TreeName;
import org.ekkofs.model.Verdict;

/**
 * What to verify, and how thoroughly.
 *
 * @param tree which tree; empty for all
 * @param backup which backup of the tree; empty for all
 * @param percent how much of the data of each backup to read: 0 to check only that it is there, 100
 *     for all
 * @param seed chooses which segments a sample reads; empty for others each time
 * @param restart whether to begin anew though an earlier verification was interrupted
 */
public record VerificationRequest(
    Optional<TreeName> tree,
    Optional<BackupName> backup,
    int percent,
    OptionalLong seed,
    boolean restart) {
  /**
   * Checks that it makes sense.
   *
   * @throws InvalidException if the percentage is none, or a backup is named without its tree
   */
  public VerificationRequest {
    if (percent < 0 || percent > Verdict.ALL) {
      throw new InvalidException(percent + " is not a percentage");
    }
    if (backup.isPresent() && tree.isEmpty()) {
      throw new InvalidException("a backup is named and its tree is not");
    }
  }

  /** Everything there is. */
  public static VerificationRequest everything(int percent) {
    return new VerificationRequest(
        Optional.empty(), Optional.empty(), percent, OptionalLong.empty(), false);
  }

  /** A line that all requests share of which one can go on where another was interrupted. */
  String kind() {
    String what =
        tree.map(name -> backup.map(one -> name + "/" + one).orElse(name.value())).orElse("*");
    return percent + " % of " + what;
  }
}
