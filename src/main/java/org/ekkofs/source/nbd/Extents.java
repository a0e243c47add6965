package org.ekkofs.source.nbd;

import java.util.Optional;
import org.ekkofs.source.Changes;

/**
 * What a server says of a disk's ranges: where there are data, and where something has changed. It
 * is asked window by window, for both at once, when it must be. Safe for use by many threads, of
 * which one asks and the others wait.
 */
final class Extents {
  /** So much is asked for at once: a server's answer has 32 bits for a length. */
  private static final long WINDOW = 1L << 30;

  /** Asks the server for what follows an offset. */
  interface Server {
    Answer ask(long offset, long count);
  }

  /** What it said: each begins at or before the offset, and ends after it. */
  record Answer(Optional<Runs> data, Optional<Runs> changes) {}

  private final long size;
  private final Server server;
  private final Optional<ExtentMap> data;
  private final Optional<ExtentMap> changes;

  /**
   * Of a disk.
   *
   * @param hasData whether the server knows where data are
   * @param hasChanges whether it knows what has changed
   */
  Extents(long size, boolean hasData, boolean hasChanges, Server server) {
    this.size = size;
    this.server = server;
    this.data = hasData ? Optional.of(new ExtentMap()) : Optional.empty();
    this.changes = hasChanges ? Optional.of(new ExtentMap()) : Optional.empty();
  }

  /** The first offset at or after this one that may hold data; the size if nothing follows. */
  long nextData(long offset) {
    return data.map(map -> next(map, offset, true)).orElse(Math.min(offset, size));
  }

  /** The first offset after this one, which holds data, that reads as zeros; the size if none. */
  long nextHole(long offset) {
    return data.map(map -> next(map, offset, false)).orElse(size);
  }

  /** What has changed, if the server knows. */
  Optional<Changes> changes() {
    return changes.map(Known::new);
  }

  private final class Known implements Changes {
    private final ExtentMap map;

    Known(ExtentMap map) {
      this.map = map;
    }

    @Override
    public long nextChanged(long offset) {
      return next(map, offset, true);
    }

    @Override
    public long nextUnchanged(long offset) {
      return next(map, offset, false);
    }
  }

  private synchronized long next(ExtentMap map, long offset, boolean wanted) {
    long known = map.known(offset, wanted);
    if (known > offset) {
      return known;
    }
    long at = offset;
    while (at < size) {
      Runs runs = window(map, at);
      long found = runs.next(at, wanted);
      if (found < runs.end()) {
        map.remember(offset, found, !wanted);
        return found;
      }
      at = runs.end();
    }
    map.remember(offset, size, !wanted);
    return size;
  }

  private Runs window(ExtentMap map, long offset) {
    if (map.at(offset).isEmpty()) {
      Answer answer = server.ask(offset, Math.min(WINDOW, size - offset));
      data.ifPresent(known -> answer.data().ifPresent(known::add));
      changes.ifPresent(known -> answer.changes().ifPresent(known::add));
    }
    return map.at(offset)
        .orElseThrow(() -> new IllegalStateException("no answer about offset " + offset));
  }
}
