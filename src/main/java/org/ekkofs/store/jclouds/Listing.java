package org.ekkofs.store.jclouds;

import java.util.function.Consumer;
import org.ekkofs.model.StoreUnavailableException;

/** All pages of a listing: it is complete, or it fails. */
final class Listing {
  /** Asks for one page. */
  interface Pages {
    Page page(String prefix, boolean deep, String after);
  }

  private final Pages pages;
  private final String prefix;
  private final boolean deep;

  Listing(Pages pages, String prefix, boolean deep) {
    this.pages = pages;
    this.prefix = prefix;
    this.deep = deep;
  }

  /**
   * Shows each entry once. Some servers do not page, or show a page again.
   *
   * @throws StoreUnavailableException if a page does not go on where the last one ended
   */
  void show(Consumer<Page.Entry> consumer) {
    String after = "";
    boolean more = true;
    while (more) {
      Page page = pages.page(prefix, deep, after);
      String last = after;
      for (Page.Entry entry : page.entries()) {
        boolean isNew = page.next().isPresent() || entry.name().compareTo(after) > 0;
        if (isNew && entry.name().startsWith(prefix)) {
          consumer.accept(entry);
          last = later(last, entry);
        }
      }
      more = page.more();
      last = page.next().orElse(last);
      if (more && last.equals(after)) {
        throw new StoreUnavailableException(
            "the store does not show all of " + prefix + ": it repeats itself");
      }
      after = last;
    }
  }

  /** What follows a prefix follows all that it stands for: its slash becomes the next character. */
  private static String later(String last, Page.Entry entry) {
    String name = entry.name();
    String end = entry.prefix() ? name.substring(0, name.length() - 1) + '0' : name;
    return end.compareTo(last) > 0 ? end : last;
  }
}
