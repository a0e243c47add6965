package org.ekkofs.model;

import java.time.Instant;
import java.util.UUID;

/**
 * What a repository says of itself.
 *
 * @param id identity of the repository
 * @param created when it was made
 * @param log where its commit logs live
 * @param encrypted whether all other objects are encrypted
 */
public record RepositoryDescriptor(UUID id, Instant created, LogPlace log, boolean encrypted) {}
