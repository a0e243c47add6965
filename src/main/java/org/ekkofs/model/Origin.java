package org.ekkofs.model;

import java.time.Instant;
import java.util.UUID;

/**
 * The snapshot that a copied backup goes back to, however often it was copied since.
 *
 * @param repository the repository it was taken into
 * @param backup its identity there
 * @param taken when it began, in milliseconds
 */
public record Origin(UUID repository, BackupId backup, Instant taken) {
  /** Whether it is the same snapshot. */
  public boolean isSameAs(Origin other) {
    return repository.equals(other.repository) && backup.equals(other.backup);
  }
}
