package org.ekkofs.log;

import java.util.List;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.Digest;
import org.ekkofs.model.Slot;

/**
 * A sweep plan that took effect and of which nobody has said yet that it is carried out.
 *
 * @param plan SHA-256 of the plan
 * @param slot where its record lies
 * @param backups the backups it covers
 */
public record PendingPlan(Digest plan, Slot slot, List<BackupId> backups) {
  /** Copies the list. */
  public PendingPlan {
    backups = List.copyOf(backups);
  }
}
