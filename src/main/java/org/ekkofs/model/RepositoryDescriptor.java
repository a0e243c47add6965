package org.ekkofs.model;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What a repository says of itself.
 *
 * @param id identity of the repository
 * @param created when it was made
 * @param log where its commit logs live
 * @param encrypted whether all other objects are encrypted
 * @param proof of an encrypted one, that whoever wrote this had its key
 */
public record RepositoryDescriptor(
    UUID id, Instant created, LogPlace log, boolean encrypted, Optional<Digest> proof) {
  /** Without a proof. */
  public RepositoryDescriptor(UUID id, Instant created, LogPlace log, boolean encrypted) {
    this(id, created, log, encrypted, Optional.empty());
  }

  /** The same with another proof, or none. */
  public RepositoryDescriptor withProof(Optional<Digest> other) {
    return new RepositoryDescriptor(id, created, log, encrypted, other);
  }
}
