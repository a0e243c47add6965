package org.ekkofs.source.qmp;

import org.ekkofs.model.BackupId;

/**
 * A disk of a machine that is to be backed up.
 *
 * @param node the name of its block node, or of its drive or device
 * @param backup the id of the backup
 * @param parents relative to what it may be taken
 */
public record LiveDisk(String node, BackupId backup, ParentChoice parents) {}
