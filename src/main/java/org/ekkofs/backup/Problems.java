package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.backup.VerificationReport.Range;

/**
 * What is wrong with backups, gathered: ranges that follow each other and suffer from the same
 * cause become one. The list is bounded, the count is not. For one thread.
 */
final class Problems {
  static final int MAX_LISTED = 10_000;

  /** A chunk, or several that follow each other, in a message. */
  private static final Pattern CHUNK =
      Pattern.compile("(trees/[^ /]+/chunks/[^ /]+/)([0-9a-f]{8})(?: to ([0-9a-f]{8}))?");

  private static final Comparator<Problem> ORDER =
      Comparator.<Problem, String>comparing(problem -> problem.backup().tree().value())
          .thenComparing(problem -> problem.backup().name().value())
          .thenComparing(problem -> problem.range().map(Range::from).orElse(-1L))
          .thenComparing(problem -> problem.range().map(Range::to).orElse(-1L))
          .thenComparing(Problem::message);

  private final List<Problem> listed = new ArrayList<>();
  private final List<Problem> unsaved = new ArrayList<>();
  private long count;

  void add(Problem problem) {
    count++;
    list(problem);
    if (unsaved.size() < MAX_LISTED) {
      unsaved.add(problem);
    }
  }

  /** Those that were added since the last call, unless they are too many. */
  List<Problem> takeUnsaved() {
    List<Problem> taken = List.copyOf(unsaved);
    unsaved.clear();
    return taken;
  }

  void addAll(Problems others) {
    others.listed.forEach(this::list);
    count += others.count;
  }

  private void list(Problem problem) {
    int last = listed.size() - 1;
    Optional<Problem> merged = last < 0 ? Optional.empty() : merged(listed.get(last), problem);
    if (merged.isPresent()) {
      listed.set(last, merged.get());
    } else if (listed.size() < MAX_LISTED) {
      listed.add(problem);
    }
  }

  /** How many there were, also those that are too many to be listed. */
  long count() {
    return count;
  }

  /** Those that are listed, in the order in which they came. */
  List<Problem> listed() {
    return List.copyOf(listed);
  }

  /** By backup and by place, merged as far as possible. */
  List<Problem> sorted() {
    Problems merged = new Problems();
    listed.stream().sorted(ORDER).forEach(merged::list);
    return merged.listed();
  }

  /** Both in one, if one range goes on where the other ends, and for the same reason. */
  private static Optional<Problem> merged(Problem first, Problem second) {
    boolean follows =
        first.backup().equals(second.backup())
            && first.range().isPresent()
            && second.range().isPresent()
            && first.range().get().to() == second.range().get().from();
    if (!follows) {
      return Optional.empty();
    }
    Range range = new Range(first.range().get().from(), second.range().get().to());
    return merged(first.message(), second.message())
        .map(message -> new Problem(first.backup(), Optional.of(range), message));
  }

  private static Optional<String> merged(String first, String second) {
    if (first.equals(second)) {
      return Optional.of(first);
    }
    Matcher one = CHUNK.matcher(first);
    Matcher two = CHUNK.matcher(second);
    if (!one.find() || !two.find() || !one.group(1).equals(two.group(1))) {
      return Optional.empty();
    }
    String last = two.group(3) == null ? two.group(2) : two.group(3);
    String both = one.group(1) + one.group(2) + " to " + last;
    String merged = one.replaceFirst(Matcher.quoteReplacement(both));
    return merged.equals(two.replaceFirst(Matcher.quoteReplacement(both)))
        ? Optional.of(merged)
        : Optional.empty();
  }
}
