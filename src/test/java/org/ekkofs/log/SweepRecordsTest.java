package org.ekkofs.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ekkofs.log.Records.commit;
import static org.ekkofs.log.Records.hide;
import static org.ekkofs.log.Records.id;
import static org.ekkofs.log.Records.intent;
import static org.ekkofs.log.Records.name;
import static org.ekkofs.log.Records.plan;
import static org.ekkofs.log.Records.planDigest;
import static org.ekkofs.log.Records.protect;
import static org.ekkofs.log.Records.replay;
import static org.ekkofs.log.Records.revoke;
import static org.ekkofs.log.Records.swept;
import static org.ekkofs.log.Records.unhide;
import static org.ekkofs.log.Records.unprotect;
import static org.ekkofs.log.Records.verified;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.Slot;
import org.ekkofs.model.Verdict;
import org.junit.jupiter.api.Test;

/** What PROTECT, PLAN, SWEPT and VERIFIED do; slot 1 is always CREATE. */
class SweepRecordsTest {
  private static Phase phase(TreeState state, int n) {
    return state.backup(id(n)).orElseThrow().phase();
  }

  @Test
  void protectedBackupIsNotHidden() {
    TreeState state = replay(intent(1, "a"), commit(1), protect(1), hide(1));
    assertThat(state.visible(name("a"))).isPresent();
    assertThat(state.backup(id(1)).orElseThrow().isProtected()).isTrue();
  }

  @Test
  void unprotectedBackupIsHiddenAgain() {
    TreeState state = replay(intent(1, "a"), commit(1), protect(1), unprotect(1), hide(1));
    assertThat(phase(state, 1)).isInstanceOf(Phase.Hidden.class);
  }

  @Test
  void onlyWhatIsVisibleIsProtected() {
    assertThat(replay(intent(1, "a"), protect(1)).backup(id(1)).orElseThrow().isProtected())
        .isFalse();
    assertThat(
            replay(intent(1, "a"), commit(1), hide(1), protect(1), unhide(1, "a"))
                .backup(id(1))
                .orElseThrow()
                .isProtected())
        .isFalse();
  }

  @Test
  void planCoversHiddenBackupsForGood() {
    TreeState state = replay(intent(1, "a"), commit(1), hide(1), plan(7, 4, 1), unhide(1, "a"));
    assertThat(phase(state, 1)).isEqualTo(new Phase.Planned(planDigest(7)));
    assertThat(state.plans())
        .containsExactly(new PendingPlan(planDigest(7), new Slot(5), List.of(id(1))));
    assertThat(state.lastPlan()).isEqualTo(new Slot(5));
  }

  @Test
  void sweptPlanIsDone() {
    TreeState state = replay(intent(1, "a"), commit(1), hide(1), plan(7, 4, 1), swept(7), swept(7));
    assertThat(phase(state, 1)).isEqualTo(new Phase.Swept());
    assertThat(state.plans()).isEmpty();
    assertThat(state.lastPlan()).isEqualTo(new Slot(5));
  }

  @Test
  void sweptOfAnUnknownPlanIsVoid() {
    assertThat(phase(replay(intent(1, "a"), commit(1), hide(1), swept(7)), 1))
        .isInstanceOf(Phase.Hidden.class);
  }

  @Test
  void planOfAVisibleBackupIsVoidAsAWhole() {
    TreeState state =
        replay(intent(1, "a"), commit(1), intent(2, "b"), commit(2), hide(1), plan(7, 6, 1, 2));
    assertThat(state.plans()).isEmpty();
    assertThat(phase(state, 1)).isInstanceOf(Phase.Hidden.class);
  }

  @Test
  void planOfABackupThatWasBroughtBackAndHiddenAgainSinceIsVoid() {
    TreeState state =
        replay(intent(1, "a"), commit(1), hide(1), unhide(1, "a"), hide(1), plan(7, 4, 1));
    assertThat(state.plans()).isEmpty();
  }

  @Test
  void planOfABackupThatAnOpenSnapshotSawIsVoid() {
    TreeState state =
        replay(
            intent(1, "a"), commit(1), intent(2, "b", Optional.of(id(1))), hide(1), plan(7, 5, 1));
    assertThat(state.plans()).isEmpty();
    assertThat(state.isPinned(state.backup(id(1)).orElseThrow())).isTrue();
  }

  @Test
  void endedSnapshotsPinNothing() {
    TreeState state =
        replay(
            intent(1, "a"),
            commit(1),
            intent(2, "b", Optional.of(id(1))),
            intent(3, "c"),
            hide(1),
            commit(2),
            revoke(3),
            plan(7, 8, 1));
    assertThat(state.plans()).hasSize(1);
  }

  @Test
  void snapshotThatBeganAfterTheDeletionPinsNothing() {
    TreeState state = replay(intent(1, "a"), commit(1), hide(1), intent(2, "b"), plan(7, 5, 1));
    assertThat(state.plans()).hasSize(1);
  }

  @Test
  void snapshotThatBeganBeforeTheCommitPinsNothing() {
    TreeState state = replay(intent(2, "b"), intent(1, "a"), commit(1), hide(1), plan(7, 5, 1));
    assertThat(state.plans()).hasSize(1);
  }

  @Test
  void planThatDoesNotKnowOfThePlanBeforeIsVoid() {
    LogEvent[] begin = {
      intent(1, "a"), commit(1), intent(2, "b"), commit(2), hide(1), hide(2), plan(7, 7, 1)
    };
    assertThat(after(begin, plan(8, 7, 2)).plans()).hasSize(1);
    assertThat(after(begin, plan(8, 8, 2)).plans()).hasSize(2);
    assertThat(after(begin, swept(7), plan(8, 7, 2)).plans()).isEmpty();
  }

  private static TreeState after(LogEvent[] begin, LogEvent... more) {
    return replay(
        Stream.concat(Arrays.stream(begin), Arrays.stream(more)).toArray(LogEvent[]::new));
  }

  @Test
  void planFromTheFutureIsVoid() {
    assertThat(replay(intent(1, "a"), commit(1), hide(1), plan(7, 5, 1)).plans()).isEmpty();
  }

  @Test
  void planWithoutBackupsIsForGarbageOnly() {
    TreeState state = replay(intent(1, "a"), revoke(1), plan(7, 3));
    assertThat(state.plans()).hasSize(1);
  }

  @Test
  void storedBytesAreThoseOfCommitsLessThoseOfPlans() {
    long stored = commit(1).figures().storedBytes() + commit(2).figures().storedBytes();
    LogEvent[] begin = {
      intent(1, "a"), commit(1), commit(1), intent(2, "b"), intent(3, "b"), commit(2), commit(3)
    };
    assertThat(after(begin).storedBytes()).isEqualTo(stored);
    assertThat(after(begin, hide(1)).storedBytes()).isEqualTo(stored);
    assertThat(after(begin, hide(1), plan(7, 9, 1), swept(7)).storedBytes()).isEqualTo(stored - 5);
    assertThat(after(begin, plan(7, 9, 1)).storedBytes()).isEqualTo(stored);
  }

  @Test
  void verdictStaysWithTheBackup() {
    TreeState state =
        replay(
            intent(1, "a"),
            commit(1),
            intent(2, "b"),
            commit(2),
            verified(5, List.of(1), List.of(2)));
    assertThat(state.backup(id(1)).orElseThrow().verdict())
        .contains(new Verdict(Records.TIME.plusSeconds(6), 5, true));
    assertThat(state.backup(id(2)).orElseThrow().verdict().orElseThrow().sound()).isFalse();
  }

  @Test
  void unknownAndUnfinishedBackupsAreNotJudged() {
    TreeState state = replay(intent(1, "a"), verified(5, List.of(1, 2), List.of()), commit(1));
    assertThat(state.backup(id(1)).orElseThrow().verdict()).isEmpty();
  }
}
