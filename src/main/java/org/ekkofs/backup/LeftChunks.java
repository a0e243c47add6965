package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.ChunkHeader;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentIndex;

/** What unfinished copies have stored that another one continues. */
final class LeftChunks {
  private final Repository repository;
  private final Tree tree;
  private final List<TrackedBackup> continued;
  private final ChunkListing listing;
  private final ChunkObjects objects;

  /**
   * Of these copies.
   *
   * @param continued the unfinished copies; maybe none
   */
  LeftChunks(
      Repository repository, Tree tree, LogEvent.Create settings, List<TrackedBackup> continued) {
    this.repository = repository;
    this.tree = tree;
    this.continued = List.copyOf(continued);
    this.listing = new ChunkListing(repository.store(), tree.keys());
    this.objects =
        new ChunkObjects(
            repository.store(),
            tree.keys(),
            new ChunkCodec(settings.segmentSize(), settings.compression()));
  }

  /** Whose chunks they are. */
  Set<BackupId> owners() {
    return continued.stream().map(TrackedBackup::id).collect(Collectors.toUnmodifiableSet());
  }

  /**
   * A chunk as the store lists it.
   *
   * @param certain whether it is whole if its header is: the machine that wrote it has run since
   */
  record Listed(ChunkId chunk, long bytes, boolean certain) {}

  /** Those that were stored for a segment. For one thread. */
  List<Listed> of(SegmentIndex segment) {
    List<Listed> found = new ArrayList<>();
    for (TrackedBackup owner : continued) {
      ChunkId chunk = new ChunkId(owner.id(), segment);
      OptionalLong length = listing.length(chunk);
      if (length.isPresent()) {
        boolean certain = repository.host().isDead(owner.writer());
        found.add(new Listed(chunk, length.getAsLong(), certain));
      }
    }
    return found;
  }

  /**
   * Looks at a chunk, and sees to it that it will be durable. Safe for use by many threads.
   *
   * @return empty if it is not what it must be
   */
  Optional<LeftChunk> open(Listed listed) {
    Optional<ChunkHeader> header =
        listed.certain()
            ? objects.header(listed.chunk())
            : objects.find(listed.chunk()).map(found -> found.chunk().header());
    header.ifPresent(found -> repository.store().adopt(tree.keys().chunk(listed.chunk())));
    return header.map(found -> new LeftChunk(listed.chunk(), found, listed.bytes()));
  }
}
