package org.ekkofs.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ekkofs.log.Records.commit;
import static org.ekkofs.log.Records.copy;
import static org.ekkofs.log.Records.create;
import static org.ekkofs.log.Records.hide;
import static org.ekkofs.log.Records.id;
import static org.ekkofs.log.Records.intent;
import static org.ekkofs.log.Records.name;
import static org.ekkofs.log.Records.record;
import static org.ekkofs.log.Records.replay;
import static org.ekkofs.log.Records.revoke;
import static org.ekkofs.log.Records.unhide;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.Slot;
import org.junit.jupiter.api.Test;

/** Slot 1 is always CREATE, so the first event of a replay lies in slot 2. */
class TreeStateTest {
  private static Phase phase(TreeState state, int n) {
    return state.backup(id(n)).orElseThrow().phase();
  }

  private static void assertVisible(TreeState state, String name, int n) {
    assertThat(state.visible(name(name)).map(TrackedBackup::id)).contains(id(n));
  }

  @Test
  void createSetsTheTreeUp() {
    TreeState state = new TreeState();
    assertThat(state.settings()).isEmpty();
    assertThat(state.last()).isEmpty();
    state.apply(new Slot(1), record(1, create()));
    assertThat(state.settings()).contains((LogEvent.Create) create());
    assertThat(state.slot()).isEqualTo(new Slot(1));
    assertThat(state.last()).contains(record(1, create()));
  }

  @Test
  void aLogThatDoesNotBeginWithCreateIsCorrupt() {
    TreeState state = new TreeState();
    assertThatThrownBy(() -> state.apply(new Slot(1), record(1, intent(1, "a"))))
        .isInstanceOf(CorruptException.class);
    assertThat(state.slot()).isEqualTo(Slot.NONE);
  }

  @Test
  void aLaterCreateIsVoid() {
    LogEvent other = new LogEvent.Create(new SegmentSize(4 << 20), new Compression(9));
    TreeState state = replay(other);
    assertThat(state.settings()).contains((LogEvent.Create) create());
    assertThat(state.slot()).isEqualTo(new Slot(2));
  }

  @Test
  void gapsAndRepetitionsAreCorrupt() {
    TreeState state = replay(intent(1, "a"));
    for (long slot : new long[] {0, 1, 2, 4, 99}) {
      assertThatThrownBy(() -> state.apply(new Slot(slot), record(slot, commit(1))))
          .isInstanceOf(CorruptException.class);
    }
    assertThat(state.slot()).isEqualTo(new Slot(2));
    assertThat(phase(state, 1)).isEqualTo(new Phase.Open());
  }

  @Test
  void intentOpensABackupThatNobodySees() {
    TreeState state = replay(intent(1, "a"));
    TrackedBackup backup = state.backup(id(1)).orElseThrow();
    assertThat(backup.isOpen()).isTrue();
    assertThat(backup.isVisible()).isFalse();
    assertThat(backup.slot()).isEqualTo(new Slot(2));
    assertThat(backup.taken()).isEqualTo(Records.TIME.plusSeconds(2));
    assertThat(backup.writer()).isEqualTo(intent(1, "a").writer());
    assertThat(state.visible(name("a"))).isEmpty();
  }

  @Test
  void aCopyIsAsOldAsItsOriginal() {
    TrackedBackup copy = replay(copy(1, "a", Optional.empty())).backup(id(1)).orElseThrow();
    assertThat(copy.taken()).isEqualTo(Records.TIME.minusSeconds(1));
    assertThat(copy.begun()).isEqualTo(Records.TIME.plusSeconds(2));
  }

  @Test
  void aCopyContinuesOnlyAnOpenOne() {
    Optional<BackupId> first = Optional.of(id(1));
    assertThat(replay(copy(2, "a", first)).backup(id(2))).isEmpty();
    LogEvent open = copy(1, "a", Optional.empty());
    assertThat(replay(open, revoke(1), copy(2, "a", first)).backup(id(2))).isEmpty();
    assertThat(replay(open, commit(1), copy(2, "b", first)).backup(id(2))).isEmpty();
    assertThat(replay(open, copy(2, "a", first)).backup(id(2))).isPresent();
  }

  @Test
  void aCopyContinuesNoneOfWhichAPartWasGivenUp() {
    LogEvent first = copy(1, "a", Optional.empty());
    LogEvent second = copy(2, "a", Optional.of(id(1)));
    TreeState broken = replay(first, second, revoke(1), copy(3, "a", Optional.of(id(2))));
    assertThat(broken.backup(id(3))).isEmpty();
    assertThat(broken.canBeContinued(id(2))).isFalse();
    assertThat(replay(first, second).canBeContinued(id(2))).isTrue();
  }

  @Test
  void theCommitOfACopyRevokesAllThatItContinues() {
    TreeState state =
        replay(
            copy(1, "a", Optional.empty()),
            copy(2, "a", Optional.of(id(1))),
            copy(3, "a", Optional.of(id(2))),
            commit(3),
            commit(1),
            commit(2));
    assertVisible(state, "a", 3);
    assertThat(phase(state, 1)).isEqualTo(new Phase.Revoked());
    assertThat(phase(state, 2)).isEqualTo(new Phase.Revoked());
    assertThat(state.unfinished()).isEmpty();
  }

  @Test
  void theCommitOfACopyIsVoidIfAnyThatItContinuesIsNotOpen() {
    LogEvent[] chain = {
      copy(1, "a", Optional.empty()),
      copy(2, "b", Optional.of(id(1))),
      copy(3, "c", Optional.of(id(2)))
    };
    TreeState revoked = replay(chain[0], chain[1], chain[2], revoke(1), commit(3));
    assertThat(phase(revoked, 3)).isEqualTo(new Phase.Revoked());
    assertThat(phase(revoked, 2)).isEqualTo(new Phase.Open());
    TreeState complete = replay(chain[0], chain[1], chain[2], commit(1), commit(3), commit(2));
    assertVisible(complete, "a", 1);
    assertThat(phase(complete, 3)).isEqualTo(new Phase.Revoked());
    assertThat(phase(complete, 2)).isEqualTo(new Phase.Revoked());
  }

  @Test
  void ofTwoThatContinueOneTheFirstIsCommitted() {
    TreeState state =
        replay(
            copy(1, "a", Optional.empty()),
            copy(2, "a", Optional.of(id(1))),
            copy(3, "b", Optional.of(id(1))),
            commit(3),
            commit(2));
    assertVisible(state, "b", 3);
    assertThat(phase(state, 2)).isEqualTo(new Phase.Revoked());
  }

  @Test
  void intentOfAKnownIdIsVoid() {
    TreeState state = replay(intent(1, "a"), commit(1), hide(1), intent(1, "b"));
    assertThat(state.backup(id(1)).orElseThrow().name()).isEqualTo(name("a"));
    assertThat(phase(state, 1)).isInstanceOf(Phase.Hidden.class);
  }

  @Test
  void intentNeedsAVisibleParent() {
    Optional<BackupId> parent = Optional.of(id(1));
    assertThat(replay(intent(2, "b", parent)).backup(id(2))).isEmpty();
    assertThat(replay(intent(1, "a"), intent(2, "b", parent)).backup(id(2))).isEmpty();
    assertThat(replay(intent(1, "a"), revoke(1), intent(2, "b", parent)).backup(id(2))).isEmpty();
    assertThat(replay(intent(1, "a"), commit(1), hide(1), intent(2, "b", parent)).backup(id(2)))
        .isEmpty();
    TreeState state = replay(intent(1, "a"), commit(1), intent(2, "b", parent), hide(1), commit(2));
    assertThat(state.backup(id(2)).orElseThrow().parent()).isEqualTo(parent);
    assertVisible(state, "b", 2);
  }

  @Test
  void commitMakesVisible() {
    TreeState state = replay(intent(1, "a"), commit(1));
    assertVisible(state, "a", 1);
    assertThat(phase(state, 1)).isEqualTo(new Phase.Visible(commit(1), new Slot(3)));
  }

  @Test
  void commitWithoutIntentIsVoid() {
    TreeState state = replay(commit(1));
    assertThat(state.backups()).isEmpty();
  }

  @Test
  void onlyTheFirstCommitOfABackupCounts() {
    LogEvent.Commit other =
        new LogEvent.Commit(
            id(1), commit(9).manifest(), commit(9).references(), commit(9).figures());
    TreeState state = replay(intent(1, "a"), commit(1), other);
    assertThat(phase(state, 1)).isEqualTo(new Phase.Visible(commit(1), new Slot(3)));
  }

  @Test
  void ofTwoWithOneNameTheFirstCommitWins() {
    TreeState state = replay(intent(1, "a"), intent(2, "a"), commit(2), commit(1));
    assertVisible(state, "a", 2);
    assertThat(phase(state, 1)).isEqualTo(new Phase.Revoked());
  }

  @Test
  void anIntentThatNeverCommitsDoesNotBlockItsName() {
    assertVisible(replay(intent(1, "a"), intent(2, "a"), commit(2)), "a", 2);
  }

  @Test
  void revokeVoidsALaterCommit() {
    TreeState state = replay(intent(1, "a"), revoke(1), commit(1));
    assertThat(phase(state, 1)).isEqualTo(new Phase.Revoked());
    assertThat(state.visible(name("a"))).isEmpty();
  }

  @Test
  void revokeOfACommittedBackupIsVoid() {
    assertVisible(replay(intent(1, "a"), commit(1), revoke(1)), "a", 1);
    assertThat(phase(replay(intent(1, "a"), commit(1), hide(1), revoke(1)), 1))
        .isInstanceOf(Phase.Hidden.class);
  }

  @Test
  void hideFreesTheName() {
    TreeState state = replay(intent(1, "a"), commit(1), hide(1), intent(2, "a"), commit(2));
    assertVisible(state, "a", 2);
    assertThat(phase(state, 1))
        .isEqualTo(
            new Phase.Hidden(commit(1), new Slot(3), new Slot(4), Records.TIME.plusSeconds(4)));
  }

  @Test
  void hideOfWhatIsNotVisibleIsVoid() {
    assertThat(replay(hide(1)).backups()).isEmpty();
    assertThat(phase(replay(intent(1, "a"), hide(1)), 1)).isEqualTo(new Phase.Open());
    assertThat(phase(replay(intent(1, "a"), revoke(1), hide(1)), 1)).isEqualTo(new Phase.Revoked());
    assertThat(phase(replay(intent(1, "a"), commit(1), hide(1), hide(1)), 1))
        .extracting(phase -> ((Phase.Hidden) phase).hiddenAt())
        .isEqualTo(new Slot(4));
  }

  @Test
  void unhideBringsBackUnderTheSameOrAnotherName() {
    assertVisible(replay(intent(1, "a"), commit(1), hide(1), unhide(1, "a")), "a", 1);
    TreeState renamed = replay(intent(1, "a"), commit(1), hide(1), unhide(1, "b"));
    assertVisible(renamed, "b", 1);
    assertThat(renamed.visible(name("a"))).isEmpty();
    assertThat(phase(renamed, 1)).isEqualTo(new Phase.Visible(commit(1), new Slot(3)));
  }

  @Test
  void unhideUnderATakenNameIsVoid() {
    TreeState state =
        replay(intent(1, "a"), commit(1), hide(1), intent(2, "a"), commit(2), unhide(1, "a"));
    assertVisible(state, "a", 2);
    assertThat(phase(state, 1)).isInstanceOf(Phase.Hidden.class);
    assertThat(state.backup(id(1)).orElseThrow().name()).isEqualTo(name("a"));
  }

  @Test
  void unhideOfWhatIsNotHiddenIsVoid() {
    assertThat(replay(unhide(1, "a")).backups()).isEmpty();
    assertThat(phase(replay(intent(1, "a"), unhide(1, "a")), 1)).isEqualTo(new Phase.Open());
    assertThat(phase(replay(intent(1, "a"), revoke(1), unhide(1, "a")), 1))
        .isEqualTo(new Phase.Revoked());
    TreeState visible = replay(intent(1, "a"), commit(1), unhide(1, "b"));
    assertVisible(visible, "a", 1);
    assertThat(visible.visible(name("b"))).isEmpty();
  }

  @Test
  void theNameThatAnUnhideTookStopsACommit() {
    TreeState state =
        replay(intent(1, "a"), commit(1), hide(1), intent(2, "b"), unhide(1, "b"), commit(2));
    assertVisible(state, "b", 1);
    assertThat(phase(state, 2)).isEqualTo(new Phase.Revoked());
  }

  @Test
  void tellsWhatChangedOnce() {
    TreeState state = replay(intent(1, "a"), commit(1), intent(2, "b"), revoke(9));
    assertThat(state.takeChanged()).extracting(TrackedBackup::id).containsExactly(id(1), id(2));
    assertThat(state.takeChanged()).isEmpty();
  }

  @Test
  void backupsCannotBeChangedFromOutside() {
    TreeState state = replay(intent(1, "a"));
    assertThatThrownBy(() -> state.backups().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void namesStayUniqueWhateverTheLogSays() {
    for (long seed = 0; seed < 200; seed++) {
      List<LogEvent> events = Records.random(new Random(seed), 60);
      TreeState state = new TreeState();
      for (int slot = 1; slot <= events.size(); slot++) {
        Records.applyAll(state, events, slot);
        assertNamesAreUnique(state, seed);
      }
    }
  }

  private static void assertNamesAreUnique(TreeState state, long seed) {
    Map<BackupName, BackupId> names = new HashMap<>();
    for (TrackedBackup backup : state.backups()) {
      if (backup.isVisible()) {
        assertThat(names.put(backup.name(), backup.id())).as("seed " + seed).isNull();
        assertThat(state.visible(backup.name())).contains(backup);
      }
    }
    for (int n = 0; n < 3; n++) {
      BackupName name = name("n" + n);
      assertThat(state.visible(name).map(TrackedBackup::id))
          .as("seed " + seed)
          .isEqualTo(Optional.ofNullable(names.get(name)));
    }
  }

  @Test
  void resumingAnywhereEndsWhereAFullReplayDoes() {
    for (long seed = 0; seed < 100; seed++) {
      List<LogEvent> events = Records.random(new Random(seed), 50);
      TreeState whole = new TreeState();
      Records.applyAll(whole, events, events.size());
      for (int cut = 1; cut <= events.size(); cut += 7) {
        assertSame(resumed(events, cut), whole, seed);
      }
    }
  }

  private static TreeState resumed(List<LogEvent> events, int cut) {
    TreeState head = new TreeState();
    Records.applyAll(head, events, cut);
    TreeState resumed =
        TreeState.resume(
            head.settings().orElseThrow(),
            head.slot(),
            head.last().orElseThrow(),
            List.copyOf(head.backups()),
            head.plans(),
            head.lastPlan(),
            head.storedBytes());
    assertThat(resumed.takeChanged()).isEmpty();
    Records.applyAll(resumed, events, events.size());
    return resumed;
  }

  private static void assertSame(TreeState actual, TreeState expected, long seed) {
    assertThat(List.copyOf(actual.backups()))
        .as("seed " + seed)
        .isEqualTo(List.copyOf(expected.backups()));
    assertThat(actual.slot()).isEqualTo(expected.slot());
    assertThat(actual.last()).isEqualTo(expected.last());
    assertThat(actual.settings()).isEqualTo(expected.settings());
    assertThat(actual.plans()).isEqualTo(expected.plans());
    assertThat(actual.lastPlan()).isEqualTo(expected.lastPlan());
    assertThat(actual.storedBytes()).isEqualTo(expected.storedBytes());
    assertThat(actual.unfinished()).containsExactlyElementsOf(expected.unfinished().toList());
    for (int n = 0; n < 3; n++) {
      assertThat(actual.visible(name("n" + n))).isEqualTo(expected.visible(name("n" + n)));
    }
  }
}
