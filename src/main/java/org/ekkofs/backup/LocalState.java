package org.ekkofs.backup;

import java.nio.file.Path;
import java.util.UUID;

/**
 * Where this machine keeps what can be deleted at any time: catalogs, manifests, segments, copies
 * of whole disks. Each repository has a folder of its own, named by its id.
 *
 * @param folder the top of it, made when needed
 * @param maxManifestBytes how much the manifests of one repository may take
 */
public record LocalState(Path folder, long maxManifestBytes) {
  /** With the default bound for manifests, 4 GiB. */
  public LocalState(Path folder) {
    this(folder, 4L << 30);
  }

  /** The catalog of a repository. */
  public Path catalog(UUID repository) {
    return of(repository).resolve("catalog.sqlite");
  }

  /** The folder for manifests of a repository. */
  public Path manifests(UUID repository) {
    return of(repository).resolve("manifests");
  }

  /** The folder for segments of a repository's disks. */
  public Path segments(UUID repository) {
    return of(repository).resolve("segments");
  }

  /** The folder for complete copies of disks of a repository. */
  public Path copies(UUID repository) {
    return of(repository).resolve("copies");
  }

  /** The folder for what is known of verifications of a repository that were interrupted. */
  public Path verifications(UUID repository) {
    return of(repository).resolve("verifications");
  }

  /** All of what belongs to a repository. */
  public Path of(UUID repository) {
    return folder.resolve(repository.toString());
  }
}
