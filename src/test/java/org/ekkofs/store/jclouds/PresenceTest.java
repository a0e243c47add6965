package org.ekkofs.store.jclouds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PresenceTest {
  private final AtomicBoolean there = new AtomicBoolean(true);
  private final AtomicInteger questions = new AtomicInteger();
  private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5);
  private final Presence presence =
      new Presence(
          () -> {
            questions.incrementAndGet();
            return there.get();
          },
          time::getAndIncrement);

  @Test
  void anAnswerHoldsForAsLongAsIsSaid() {
    assertThat(presence.confirmed(1000)).isTrue();
    there.set(false);
    assertThat(presence.confirmed(1000)).isTrue();
    assertThat(questions).hasValue(1);
    time.addAndGet(2000);
    assertThat(presence.confirmed(1000)).isFalse();
  }

  @Test
  void onlyAYesIsRemembered() {
    there.set(false);
    assertThat(presence.confirmed(1000)).isFalse();
    there.set(true);
    assertThat(presence.confirmed(1000)).isTrue();
  }

  @Test
  void nowIsNow() {
    assertThat(presence.confirmedNow()).isTrue();
    there.set(false);
    assertThat(presence.confirmedNow()).isFalse();
  }
}
