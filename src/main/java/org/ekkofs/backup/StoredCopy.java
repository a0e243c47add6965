package org.ekkofs.backup;

import java.time.Instant;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.TreeName;

/**
 * A local copy that is complete.
 *
 * @param dataBytes what it takes on the disk
 * @param made when it was completed
 */
public record StoredCopy(
    TreeName tree, BackupId backup, CopyOrigin origin, long dataBytes, Instant made) {}
