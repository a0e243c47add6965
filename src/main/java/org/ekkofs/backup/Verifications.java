package org.ekkofs.backup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.ekkofs.backup.JournalLines.Head;
import org.ekkofs.format.Sha256;

/**
 * The folder where this machine keeps how far the verifications of a repository have come. One
 * process at a time uses it; the others keep nothing. What began more than a week ago is forgotten.
 */
final class Verifications implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final String SUFFIX = ".journal";

  private final Path folder;
  private final Optional<LockFile> lock;

  private Verifications(Path folder, Optional<LockFile> lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Opens the folder, which is made if it is not there. */
  static Verifications open(Path folder) throws IOException {
    Files.createDirectories(folder);
    return new Verifications(folder, LockFile.exclusive(folder.resolve(".lock")));
  }

  /**
   * The journal of a verification: that of an interrupted one, if there is one of this kind and the
   * request does not forbid it.
   *
   * @param newSeed of its sample, if it begins anew
   */
  VerificationJournal journal(VerificationRequest request, Instant now, long newSeed)
      throws IOException {
    Head fresh = new Head(now.toEpochMilli(), newSeed, request.kind());
    if (lock.isEmpty()) {
      return VerificationJournal.none(fresh);
    }
    forgetOld(now);
    Path file = folder.resolve(Sha256.of(bytes(request.kind())) + SUFFIX);
    Optional<Head> before =
        JournalLines.head(file)
            .filter(head -> !request.restart() && head.kind().equals(request.kind()))
            .filter(head -> request.seed().isEmpty() || request.seed().getAsLong() == head.seed());
    return before.isPresent()
        ? VerificationJournal.resume(file, before.get())
        : VerificationJournal.begin(file, fresh);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void forgetOld(Instant now) throws IOException {
    Instant oldest = now.minus(LONGEST);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        boolean young =
            JournalLines.head(file)
                .map(head -> Instant.ofEpochMilli(head.begunMillis()))
                .filter(begun -> begun.isAfter(oldest) && !begun.isAfter(now))
                .isPresent();
        if (!young) {
          Files.deleteIfExists(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  @Override
  public void close() throws IOException {
    if (lock.isPresent()) {
      lock.get().close();
    }
  }
}
