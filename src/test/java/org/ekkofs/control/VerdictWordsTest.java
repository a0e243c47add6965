package org.ekkofs.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import org.ekkofs.model.Verdict;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictWordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0   | true  | 2026-11-21, presence only              | 2026-11-21 presence",
        "5   | true  | 2026-11-21, 5 % sampled                | 2026-11-21 5 %",
        "100 | true  | 2026-11-21, all data read              | 2026-11-21 100 %",
        "5   | false | 2026-11-21, damaged, see ekkofs verify | 2026-11-21 damaged"
      })
  void wordsTellDayDepthAndOutcome(int percent, boolean sound, String sentence, String brief) {
    Verdict verdict = new Verdict(Instant.parse("2026-11-20T23:30:00Z"), percent, sound);
    assertThat(VerdictWords.sentence(verdict, ZoneOffset.ofHours(1))).isEqualTo(sentence);
    assertThat(VerdictWords.brief(verdict, ZoneOffset.ofHours(1))).isEqualTo(brief);
  }
}
