package org.ekkofs.source;

import org.ekkofs.model.BackupId;
import org.ekkofs.model.TreeName;

/**
 * The backup that a disk's content rests upon.
 *
 * @param repository the id of the repository it is in, as its mount says
 */
public record Basis(String repository, TreeName tree, BackupId backup) {}
