package org.ekkofs.control;

import java.time.ZoneId;
import org.ekkofs.model.Verdict;

/** What verifications have shown, as people read it. */
public final class VerdictWords {
  private VerdictWords() {}

  /** What follows "verified", in full: "2026-11-20, 5 % sampled". */
  public static String sentence(Verdict verdict, ZoneId zone) {
    return date(verdict, zone) + ", " + finding(verdict);
  }

  private static String finding(Verdict verdict) {
    if (!verdict.sound()) {
      return "damaged, see ekkofs verify";
    }
    return switch (verdict.percent()) {
      case 0 -> "presence only";
      case Verdict.ALL -> "all data read";
      default -> verdict.percent() + " % sampled";
    };
  }

  /** In a few words, for a table: "2026-11-20 5 %". */
  public static String brief(Verdict verdict, ZoneId zone) {
    String finding = verdict.percent() == 0 ? "presence" : verdict.percent() + " %";
    return date(verdict, zone) + " " + (verdict.sound() ? finding : "damaged");
  }

  private static String date(Verdict verdict, ZoneId zone) {
    return "%tF".formatted(verdict.time().atZone(zone));
  }
}
