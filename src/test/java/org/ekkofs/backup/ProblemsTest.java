package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.backup.VerificationReport.Range;
import org.ekkofs.model.BackupPath;
import org.junit.jupiter.api.Test;

class ProblemsTest {
  private final Problems problems = new Problems();

  private void add(String backup, long from, long to, String message) {
    problems.add(new Problem(BackupPath.parse(backup), Optional.of(new Range(from, to)), message));
  }

  private static String chunk(int n, String what) {
    return "chunk trees/web/chunks/o/%08x is %s".formatted(n, what);
  }

  @Test
  void rangesThatFollowEachOtherForTheSameReasonAreOne() {
    add("web/a", 20, 30, chunk(12, "missing"));
    add("web/a", 0, 10, chunk(10, "missing"));
    add("web/a", 10, 20, chunk(11, "missing"));
    assertThat(problems.count()).isEqualTo(3);
    assertThat(problems.sorted())
        .containsExactly(
            new Problem(
                BackupPath.parse("web/a"),
                Optional.of(new Range(0, 30)),
                "chunk trees/web/chunks/o/0000000a to 0000000c is missing"));
  }

  @Test
  void gapsOtherReasonsOtherOwnersAndOtherBackupsSeparate() {
    add("web/a", 0, 10, chunk(0, "missing"));
    add("web/a", 20, 30, chunk(2, "missing"));
    add("web/a", 30, 40, chunk(3, "damaged"));
    add("web/a", 40, 50, "chunk trees/web/chunks/p/00000004 is damaged");
    add("web/b", 50, 60, "chunk trees/web/chunks/p/00000005 is damaged");
    assertThat(problems.sorted()).hasSize(5);
  }

  @Test
  void problemsAreSortedByBackupAndPlace() {
    add("web/b", 0, 10, "x");
    add("web/a", 90, 95, "x");
    add("web/a", 7, 9, "x");
    problems.add(new Problem(BackupPath.parse("web/a"), Optional.empty(), "no manifest"));
    assertThat(problems.sorted())
        .extracting(p -> p.backup() + " " + p.range().map(Range::from).orElse(-1L))
        .containsExactly("web/a -1", "web/a 7", "web/a 90", "web/b 0");
  }

  @Test
  void thoseThatAreTooManyToBeListedStillCount() {
    for (int n = 0; n < Problems.MAX_LISTED + 5; n++) {
      add("web/a", 2 * n, 2 * n + 1, "damaged");
    }
    assertThat(problems.count()).isEqualTo(Problems.MAX_LISTED + 5);
    assertThat(problems.sorted()).hasSize(Problems.MAX_LISTED);
  }
}
