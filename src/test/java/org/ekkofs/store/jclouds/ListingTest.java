package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.StoreUnavailableException;
import org.junit.jupiter.api.Test;

class ListingTest {
  private final List<String> asked = new ArrayList<>();

  private static Page.Entry object(String name) {
    return Page.Entry.object(name, 1, Instant.EPOCH);
  }

  private static Page page(boolean more, String... names) {
    return Page.byName(
        Arrays.stream(names)
            .map(name -> name.endsWith("/") ? Page.Entry.prefix(name) : object(name))
            .toList(),
        more);
  }

  private List<String> show(Page... pages) {
    List<String> shown = new ArrayList<>();
    new Listing(
            (prefix, deep, after) -> {
              asked.add(after);
              return pages[asked.size() - 1];
            },
            "p/",
            true)
        .show(entry -> shown.add(entry.name()));
    return shown;
  }

  @Test
  void eachPageBeginsWhereTheLastOneEnded() {
    assertThat(show(page(true, "p/a", "p/c"), page(true, "p/d"), page(false)))
        .containsExactly("p/a", "p/c", "p/d");
    assertThat(asked).containsExactly("", "p/c", "p/d");
  }

  /** Or a server would show the prefix again, for the first object that it stands for. */
  @Test
  void whatAPrefixStandsForIsPassedOver() {
    assertThat(show(page(true, "p/a/"), page(false, "p/a0/", "p/b/")))
        .containsExactly("p/a/", "p/a0/", "p/b/");
    assertThat(asked).containsExactly("", "p/a0");
  }

  @Test
  void whatIsShownAgainCountsOnce() {
    assertThat(show(page(true, "p/a", "p/b"), page(false, "p/a", "p/b", "p/c")))
        .containsExactly("p/a", "p/b", "p/c");
  }

  @Test
  void aServerThatRepeatsItselfIsNotBelieved() {
    assertThatThrownBy(() -> show(page(true, "p/a"), page(true, "p/a")))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void whatDoesNotBeginWithThePrefixIsNotShown() {
    assertThat(show(page(false, "o", "p/a", "q"))).containsExactly("p/a");
  }

  @Test
  void marksOfTheServersOwnAreUsed() {
    Page first = new Page(List.of(object("p/b")), true, Optional.of("mark"));
    assertThat(show(first, page(false, "p/z"))).containsExactly("p/b", "p/z");
    assertThat(asked).containsExactly("", "mark");
  }
}
