package org.ekkofs.store.jclouds;

import java.time.Instant;
import java.util.List;

/**
 * A page of a listing.
 *
 * @param entries objects, and the prefixes that stand for what begins with them
 * @param more whether more follows; if not, nothing does
 */
record Page(List<Entry> entries, boolean more) {
  Page {
    entries = List.copyOf(entries);
  }

  /**
   * What a listing shows.
   *
   * @param name the whole key, or the prefix, with its slash
   */
  record Entry(String name, boolean prefix, long length, Instant modified) {
    static Entry object(String key, long length, Instant modified) {
      return new Entry(key, false, length, modified);
    }

    static Entry prefix(String name) {
      return new Entry(name, true, 0, Instant.EPOCH);
    }
  }
}
