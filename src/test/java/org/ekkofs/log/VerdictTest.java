package org.ekkofs.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ekkofs.log.Records.commit;
import static org.ekkofs.log.Records.hide;
import static org.ekkofs.log.Records.id;
import static org.ekkofs.log.Records.intent;
import static org.ekkofs.log.Records.unhide;
import static org.ekkofs.log.Records.verified;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.Verdict;
import org.junit.jupiter.api.Test;

/** What several VERIFIED records of one backup add up to. */
class VerdictTest {
  private static LogEvent sound(int percent) {
    return verified(percent, List.of(1), List.of());
  }

  private static LogEvent damaged(int percent) {
    return verified(percent, List.of(), List.of(1));
  }

  /** After these records, of which the first has slot 4. */
  private static Verdict verdict(LogEvent... records) {
    List<LogEvent> all = new ArrayList<>(List.of(intent(1, "a"), commit(1)));
    all.addAll(List.of(records));
    return Records.replay(all.toArray(LogEvent[]::new))
        .backup(id(1))
        .orElseThrow()
        .verdict()
        .orElseThrow();
  }

  private static Instant time(int nth) {
    return Records.TIME.plusSeconds(3 + nth);
  }

  @Test
  void laterSuccessReplacesAnEarlierOne() {
    assertThat(verdict(sound(100), sound(0))).isEqualTo(new Verdict(time(2), 0, true));
  }

  @Test
  void damageReplacesSuccess() {
    assertThat(verdict(sound(100), damaged(0))).isEqualTo(new Verdict(time(2), 0, false));
  }

  @Test
  void damageFoundByReadingOutlastsWeakerSuccess() {
    Verdict found = new Verdict(time(1), 5, false);
    assertThat(verdict(damaged(5), sound(0))).isEqualTo(found);
    assertThat(verdict(damaged(5), sound(5), sound(99))).isEqualTo(found);
  }

  @Test
  void damageIsOverOnceAllDataWasFoundSound() {
    assertThat(verdict(damaged(100), sound(100))).isEqualTo(new Verdict(time(2), 100, true));
  }

  @Test
  void whatWasMissingIsOverOnceItIsPresent() {
    assertThat(verdict(damaged(0), sound(0))).isEqualTo(new Verdict(time(2), 0, true));
  }

  @Test
  void damageThatIsFoundAgainWithLessReadingStaysFoundByReading() {
    assertThat(verdict(damaged(50), damaged(0), sound(20)))
        .isEqualTo(new Verdict(time(2), 50, false));
  }

  @Test
  void verdictOutlastsDeletion() {
    assertThat(verdict(damaged(7), hide(1), unhide(1, "b")))
        .isEqualTo(new Verdict(time(1), 7, false));
  }
}
