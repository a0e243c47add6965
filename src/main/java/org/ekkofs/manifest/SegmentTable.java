package org.ekkofs.manifest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;

/**
 * Looks up the segments of any number of manifests in pages, of which a bounded number is kept in
 * memory: about 64 MiB at most, whatever the size of the disks. Safe for use by many threads.
 */
public final class SegmentTable {
  /** Segments in a page. */
  public static final int PAGE = 256;

  private static final int MAX_LAYERS_HELD = 400_000;

  /** The non-zero segments of one page, in order. */
  public record Page(List<SegmentEntry> entries) {
    /** Copies the entries. */
    public Page {
      entries = List.copyOf(entries);
    }

    /** The entry of a segment; empty if it is all zero. */
    public Optional<SegmentEntry> find(SegmentIndex segment) {
      return next(segment).filter(entry -> entry.segment().equals(segment));
    }

    /** The first entry of the page for a segment at or after this one. */
    public Optional<SegmentEntry> next(SegmentIndex segment) {
      int low = 0;
      int high = entries.size() - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        int order = entries.get(middle).segment().compareTo(segment);
        if (order == 0) {
          return Optional.of(entries.get(middle));
        }
        if (order < 0) {
          low = middle + 1;
        } else {
          high = middle - 1;
        }
      }
      return low < entries.size() ? Optional.of(entries.get(low)) : Optional.empty();
    }

    int weight() {
      return 1 + entries.stream().mapToInt(entry -> 1 + entry.layers().size()).sum();
    }
  }

  private record Key(Manifest manifest, long page) {}

  private final Cache<Key, Page> pages =
      Caffeine.newBuilder()
          .maximumWeight(MAX_LAYERS_HELD)
          .weigher((Key key, Page page) -> page.weight())
          .build();

  /** The page a segment is in; from the database if it is not in memory. */
  public Page page(Manifest manifest, SegmentIndex segment) {
    return pages.get(new Key(manifest, segment.value() / PAGE), SegmentTable::load);
  }

  /** The page a segment is in, if it is in memory; never waits. */
  public Optional<Page> pageIfPresent(Manifest manifest, SegmentIndex segment) {
    return Optional.ofNullable(pages.getIfPresent(new Key(manifest, segment.value() / PAGE)));
  }

  private static Page load(Key key) {
    List<SegmentEntry> entries = new ArrayList<>();
    long from = key.page() * PAGE;
    key.manifest().read(from, from + PAGE, entries::add);
    return new Page(entries);
  }

  /** Forgets the pages of a manifest that is about to be closed. */
  public void forget(Manifest manifest) {
    pages.asMap().keySet().removeIf(key -> key.manifest().equals(manifest));
  }
}
