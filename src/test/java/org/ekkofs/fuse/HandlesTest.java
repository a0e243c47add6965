package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.ekkofs.vfs.ErrnoException;
import org.junit.jupiter.api.Test;

class HandlesTest {
  private final Handles<String> handles = new Handles<>();

  @Test
  void givesWhatWasKeptUntilItIsRemoved() {
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      numbers.add(handles.add("file " + i));
    }
    assertThat(numbers).doesNotHaveDuplicates().doesNotContain(0L);
    for (int i = 0; i < 100; i++) {
      assertThat(handles.get(numbers.get(i))).isEqualTo("file " + i);
    }
    assertThat(handles.remove(numbers.get(50))).isEqualTo("file 50");
    assertStale(numbers.get(50));
    assertThat(handles.drain()).hasSize(99).doesNotContain("file 50");
    assertStale(numbers.get(99));
  }

  @Test
  void aNumberIsNeverGivenTwice() {
    long first = handles.add("first");
    handles.remove(first);
    long second = handles.add("second");
    assertThat(second).isNotEqualTo(first);
    assertStale(first);
    assertThat(handles.get(second)).isEqualTo("second");
  }

  @Test
  void numbersThatWereNeverGivenAreStale() {
    handles.add("one");
    for (long number : new long[] {0, 1, -1, Long.MIN_VALUE, 1L << 40, Integer.MAX_VALUE}) {
      assertStale(number);
    }
  }

  private void assertStale(long number) {
    assertThatThrownBy(() -> handles.get(number)).isInstanceOf(ErrnoException.class);
    assertThatThrownBy(() -> handles.remove(number)).isInstanceOf(ErrnoException.class);
  }
}
