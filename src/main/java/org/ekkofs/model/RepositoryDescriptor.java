package org.ekkofs.model;

import java.time.Instant;
import java.util.UUID;

/**
 * What a repository says of itself.
 *
 * @param id identity of the repository
 * @param created when it was made
 * @param log where its commit logs live
 */
public record RepositoryDescriptor(UUID id, Instant created, LogPlace log) {
  /** Where commit logs live. */
  public enum LogPlace {
    /** In the store itself, whose create-if-absent was proved when the repository was made. */
    STORE
  }
}
