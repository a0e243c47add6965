package org.ekkofs.disk;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.DiskGeometry;

/**
 * Where in a backup there is data and where there are holes, by whole blocks, straight from the
 * manifest.
 *
 * <p>A run is as long as it can be, across segments. The runs found last are remembered, so that a
 * question inside one costs nothing, and finding another ends where one that is known begins. A
 * hole costs one look into the manifest however long it is; data are counted in stretches, by the
 * database where it can. The manifest is locked for no longer than one stretch. Safe for use by
 * many threads.
 */
final class DataRuns {
  /** Segments that are looked at one by one before data are supposed to go on for long. */
  static final int NEAR = 64;

  /** Segments that are counted in one go at most: milliseconds. */
  private static final int FAR = 8_192;

  private static final int GROWTH = 4;

  private final Manifest manifest;
  private final DiskGeometry geometry;
  private final KnownRuns known = new KnownRuns();
  private final AtomicLong questions = new AtomicLong();

  /** The runs of the disk a manifest describes. */
  DataRuns(Manifest manifest) {
    this.manifest = manifest;
    this.geometry = manifest.meta().geometry();
  }

  /**
   * The first offset at or after this one, which is not negative, where there is data; empty if
   * there is none up to the end.
   */
  OptionalLong nextData(long offset) {
    if (offset >= geometry.diskBytes()) {
      return OptionalLong.empty();
    }
    Run run = at(offset);
    if (run.data()) {
      return OptionalLong.of(offset);
    }
    return run.to() < geometry.diskBytes() ? OptionalLong.of(run.to()) : OptionalLong.empty();
  }

  /**
   * The first offset at or after this one, which is not negative, that lies in a hole; the end of
   * the disk is one.
   */
  long nextHole(long offset) {
    if (offset >= geometry.diskBytes()) {
      return geometry.diskBytes();
    }
    Run run = at(offset);
    return run.data() ? run.to() : offset;
  }

  /** How often the manifest was asked so far. */
  long questions() {
    return questions.get();
  }

  /** The run around an offset; it may begin before what is known of it. */
  private Run at(long offset) {
    Optional<Run> remembered = known.at(offset);
    if (remembered.isPresent()) {
      return remembered.get();
    }
    Run found = find(offset);
    known.add(found);
    return found;
  }

  private Run find(long offset) {
    long segment = offset / geometry.segmentSize().bytes();
    int block =
        (int) (offset % geometry.segmentSize().bytes()) / geometry.segmentSize().blockBytes();
    RunSearch search = new RunSearch(geometry, segment, block, NEAR);
    ask(segment, search);
    long end = search.end().orElseGet(() -> endOfData(search.next()));
    return new Run(RunSearch.offset(geometry, segment, block), end, search.inData());
  }

  /** Where data end that reach at least to the beginning of a segment. */
  private long endOfData(long segment) {
    int stretch = NEAR;
    for (long at = segment; at < geometry.segments(); ) {
      Optional<Run> joined = known.at(RunSearch.offset(geometry, at, 0)).filter(Run::data);
      if (joined.isPresent()) {
        return joined.get().to();
      }
      stretch = Math.min(FAR, stretch * GROWTH);
      if (isWhole(at, at + stretch)) {
        at += stretch;
        continue;
      }
      RunSearch search = new RunSearch(geometry, at, 0, stretch);
      ask(at, search);
      if (!search.inData()) {
        return RunSearch.offset(geometry, at, 0);
      }
      if (search.end().isPresent()) {
        return search.end().getAsLong();
      }
      at = search.next();
    }
    return geometry.diskBytes();
  }

  private boolean isWhole(long from, long to) {
    if (to > geometry.diskBytes() / geometry.segmentSize().bytes()) {
      return false;
    }
    questions.incrementAndGet();
    return manifest.isWhole(from, to);
  }

  private void ask(long from, RunSearch search) {
    questions.incrementAndGet();
    manifest.masks(from, search);
    search.finish();
  }
}
