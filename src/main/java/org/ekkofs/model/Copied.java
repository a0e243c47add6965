package org.ekkofs.model;

import java.util.Optional;

/**
 * That a backup is a copy.
 *
 * @param origin of what
 * @param continues the unfinished copy, given up by its writer, whose chunks it may refer to
 */
public record Copied(Origin origin, Optional<BackupId> continues) {}
