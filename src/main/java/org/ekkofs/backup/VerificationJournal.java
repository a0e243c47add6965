package org.ekkofs.backup;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.backup.JournalLines.Head;
import org.ekkofs.backup.JournalLines.State;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.model.BackupId;
import org.jspecify.annotations.Nullable;

/**
 * A file that tells how far a verification has come, so that another one can go on after it was
 * interrupted; {@link JournalLines} shows what is in it. Lines are only ever appended. That they
 * cannot be written does no harm but that nobody can go on from there. For one thread.
 */
final class VerificationJournal implements AutoCloseable {
  private final Head head;
  private final boolean resumed;
  private final Optional<Path> file;
  private final Map<BackupId, State> states;
  private @Nullable BufferedWriter out;
  private Optional<IOException> failure = Optional.empty();

  private VerificationJournal(
      Head head, boolean resumed, Optional<Path> file, Map<BackupId, State> states) {
    this.head = head;
    this.resumed = resumed;
    this.file = file;
    this.states = states;
  }

  /** One that keeps nothing. */
  static VerificationJournal none(Head head) {
    return new VerificationJournal(head, false, Optional.empty(), Map.of());
  }

  /** Begins a new one in the place of whatever there was. */
  static VerificationJournal begin(Path file, Head head) throws IOException {
    Files.writeString(file, head.line() + "\n");
    return open(new VerificationJournal(head, false, Optional.of(file), Map.of()), file);
  }

  /** Goes on with one that was left behind. */
  static VerificationJournal resume(Path file, Head head) throws IOException {
    Map<BackupId, State> states = JournalLines.states(file);
    VerificationJournal journal =
        open(new VerificationJournal(head, true, Optional.of(file), states), file);
    // The last line may have been cut short.
    journal.write("");
    return journal;
  }

  private static VerificationJournal open(VerificationJournal journal, Path file)
      throws IOException {
    journal.out = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    return journal;
  }

  /** How the verification began. */
  Head head() {
    return head;
  }

  /** Whether it goes on with what another has begun. */
  boolean isResumed() {
    return resumed;
  }

  /** How far the interrupted verification has come with a backup. */
  State state(BackupId backup) {
    return states.getOrDefault(backup, State.NEW);
  }

  /** Tells what was found while a backup was read, since the last call. */
  void problems(BackupId backup, List<Problem> found) {
    found.forEach(problem -> write(JournalLines.problem(backup, problem)));
  }

  /** Tells how far the reading of a backup has come, after the problems that were found there. */
  void at(BackupId backup, long nextSegment, long readBytes) {
    write(JournalLines.at(backup, nextSegment, readBytes));
  }

  /** Tells that all is known of a backup, after the problems. */
  void done(BackupId backup, long readBytes) {
    write(JournalLines.done(backup, readBytes));
  }

  /** Tells that the log of the tree says how these were found. */
  void recorded(Collection<BackupId> backups) {
    backups.forEach(backup -> write(JournalLines.recorded(backup)));
  }

  private void write(String line) {
    if (out == null) {
      return;
    }
    try {
      out.write(line + "\n");
      out.flush();
    } catch (IOException e) {
      failure = Optional.of(e);
      out = null;
    }
  }

  /** Why nothing is kept any more. */
  Optional<IOException> failure() {
    return failure;
  }

  /** Forgets all: there is nothing left to go on with. */
  void finish() throws IOException {
    close();
    if (file.isPresent()) {
      Files.deleteIfExists(file.get());
    }
  }

  @Override
  public void close() throws IOException {
    BufferedWriter open = out;
    out = null;
    if (open != null) {
      open.close();
    }
  }
}
