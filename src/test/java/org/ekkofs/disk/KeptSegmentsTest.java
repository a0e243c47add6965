package org.ekkofs.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.Digest;
import org.junit.jupiter.api.Test;

class KeptSegmentsTest {
  private final KeptSegments<Integer> kept = new KeptSegments<>(10, value -> 1);

  private static Digest digest(int n) {
    byte[] bytes = new byte[Digest.BYTES];
    bytes[0] = (byte) n;
    return Digest.of(bytes);
  }

  private void add(int... values) {
    for (int value : values) {
      kept.add(digest(value), value);
    }
  }

  private List<Integer> goes() {
    List<Integer> order = new ArrayList<>();
    for (Optional<Integer> first = kept.removeFirst();
        first.isPresent();
        first = kept.removeFirst()) {
      order.add(first.get());
    }
    return order;
  }

  @Test
  void whatIsOldestGoesFirst() {
    add(1, 2, 3);
    assertThat(goes()).containsExactly(1, 2, 3);
  }

  @Test
  void whatWasUsedGoesAfterAllThatWasNot() {
    add(1, 2, 3);
    kept.used(digest(1));
    add(4, 5);
    kept.used(digest(3));
    kept.used(digest(1));
    assertThat(goes()).containsExactly(2, 4, 5, 3, 1);
  }

  @Test
  void nothingStaysForEverForHavingBeenUsedOnce() {
    add(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    for (int n = 1; n <= 10; n++) {
      kept.used(digest(n));
    }
    add(11);
    assertThat(goes()).containsExactly(1, 2, 11, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void whatIsRemovedIsGoneWhereverItWas() {
    add(1, 2, 3);
    kept.used(digest(2));
    assertThat(kept.remove(digest(2), 2)).isTrue();
    assertThat(kept.remove(digest(2), 2)).isFalse();
    assertThat(kept.remove(digest(1), 99)).isFalse();
    assertThat(kept.get(digest(2))).isNull();
    assertThat(goes()).containsExactly(1, 3);
    assertThat(kept.get(digest(1))).isNull();
  }

  @Test
  void aDigestIsKeptOnce() {
    add(1);
    assertThatThrownBy(() -> add(1)).isInstanceOf(IllegalArgumentException.class);
    kept.used(digest(9));
    assertThat(goes()).containsExactly(1);
  }
}
