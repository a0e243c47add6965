package org.ekkofs.manifest;

import java.time.Instant;
import java.util.Optional;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.TreeName;

/**
 * What a manifest says of its backup as a whole. Name and tree are those of the moment it was
 * taken; the commit log has the last word.
 */
public record ManifestMeta(
    BackupId backup,
    TreeName tree,
    BackupName name,
    Optional<BackupId> parent,
    DiskGeometry geometry,
    Instant taken) {}
