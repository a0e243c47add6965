package org.ekkofs.store.jclouds;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A page of a listing.
 *
 * @param entries objects, and the prefixes that stand for what begins with them
 * @param more whether more may follow; if not, nothing does
 * @param next what the next page is asked for by; empty if that is this one's last name
 */
record Page(List<Entry> entries, boolean more, Optional<String> next) {
  Page {
    entries = List.copyOf(entries);
  }

  /** A page that ends with its last name. */
  static Page byName(List<Entry> entries, boolean more) {
    return new Page(entries, more, Optional.empty());
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
