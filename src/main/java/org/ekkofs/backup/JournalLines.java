package org.ekkofs.backup;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.backup.VerificationReport.Range;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.EkkofsException;

/**
 * The lines of a {@link VerificationJournal}.
 *
 * <pre>
 * ekkofs-verification-1 BEGUN-MILLIS SEED KIND
 * problem ID FROM TO MESSAGE        "- -" if it is not about a range; counts with the next of:
 * at ID SEGMENT READ-BYTES          what lies before this segment was read, so many bytes in all
 * done ID READ-BYTES                all is known of it
 * recorded ID                       the log of the tree says so
 * </pre>
 *
 * What follows a line that makes no sense does not count, nor does a file of more than 64 MiB.
 */
final class JournalLines {
  private static final String MAGIC = "ekkofs-verification-1";
  private static final long MAX_BYTES = 64 << 20;
  private static final int MAX_MESSAGE = 2000;
  private static final String NO_RANGE = "-";

  private final Map<BackupId, State> states = new HashMap<>();

  /** Problems of backups of which nothing else has come yet. */
  private final Map<BackupId, List<Found>> found = new HashMap<>();

  private JournalLines() {}

  /**
   * How a verification began.
   *
   * @param begunMillis when, since 1970
   * @param seed of its sample
   * @param kind what it is about
   */
  record Head(long begunMillis, long seed, String kind) {
    String line() {
      return "%s %d %d %s".formatted(MAGIC, begunMillis, seed, kind);
    }
  }

  /** A problem of a backup whose name is not said, for it may have changed. */
  record Found(Optional<Range> range, String message) {
    Problem of(BackupPath backup) {
      return new Problem(backup, range, message);
    }
  }

  /**
   * How far a backup has come.
   *
   * @param done whether nothing is left to do
   * @param next the first segment that was not read, if something is left
   * @param readBytes what was read from the store for it
   * @param recorded whether the log tells of it
   */
  record State(boolean done, long next, long readBytes, List<Found> found, boolean recorded) {
    /** Nothing was done. */
    static final State NEW = new State(false, 0, 0, List.of(), false);

    /** Copies the list. */
    State {
      found = List.copyOf(found);
    }
  }

  static String problem(BackupId backup, Problem problem) {
    String range =
        problem
            .range()
            .map(bytes -> bytes.from() + " " + bytes.to())
            .orElse(NO_RANGE + " " + NO_RANGE);
    String message = problem.message().replaceAll("\\p{Cntrl}", " ");
    return "problem %s %s %s"
        .formatted(backup, range, message.substring(0, Math.min(MAX_MESSAGE, message.length())));
  }

  static String at(BackupId backup, long next, long readBytes) {
    return "at %s %d %d".formatted(backup, next, readBytes);
  }

  static String done(BackupId backup, long readBytes) {
    return "done %s %d".formatted(backup, readBytes);
  }

  static String recorded(BackupId backup) {
    return "recorded " + backup;
  }

  /** How the verification that a file tells of began; empty if it tells of none. */
  static Optional<Head> head(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MAX_BYTES) {
      return Optional.empty();
    }
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      return Optional.ofNullable(in.readLine()).flatMap(JournalLines::head);
    }
  }

  private static Optional<Head> head(String line) {
    String[] words = line.split(" ", 4);
    if (words.length != 4 || !words[0].equals(MAGIC)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Head(Long.parseLong(words[1]), Long.parseLong(words[2]), words[3]));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** How far the verification that a file tells of has come with each backup. */
  static Map<BackupId, State> states(Path file) throws IOException {
    JournalLines lines = new JournalLines();
    // Whatever the bytes are: a line that was cut short may end within a character.
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    text.lines().skip(1).takeWhile(lines::take).forEach(line -> {});
    return lines.states;
  }

  private boolean take(String line) {
    try {
      apply(line.split(" ", 5));
      return true;
    } catch (EkkofsException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  private void apply(String[] words) {
    switch (words[0]) {
      case "" -> {}
      case "problem" ->
          found
              .computeIfAbsent(BackupId.parse(words[1]), id -> new ArrayList<>())
              .add(new Found(range(words[2], words[3]), words[4]));
      case "at" -> advance(BackupId.parse(words[1]), false, words[2], words[3]);
      case "done" -> advance(BackupId.parse(words[1]), true, "0", words[2]);
      case "recorded" ->
          states.computeIfPresent(
              BackupId.parse(words[1]),
              (id, state) -> new State(state.done, 0, state.readBytes, state.found, true));
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static Optional<Range> range(String from, String to) {
    return from.equals(NO_RANGE)
        ? Optional.empty()
        : Optional.of(new Range(number(from), number(to)));
  }

  private void advance(BackupId id, boolean done, String next, String readBytes) {
    List<Found> all = states.getOrDefault(id, State.NEW).found;
    List<Found> more = found.remove(id);
    if (more != null) {
      more.addAll(0, all);
      all = more;
    }
    states.put(id, new State(done, number(next), number(readBytes), all, false));
  }

  private static long number(String word) {
    long number = Long.parseLong(word);
    if (number < 0) {
      throw new IllegalArgumentException(word);
    }
    return number;
  }
}
