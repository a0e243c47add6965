package org.ekkofs.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.InvalidException;
import org.jspecify.annotations.Nullable;

/**
 * What a small file beside a {@linkplain LocalCopies local copy} says of it: that it is complete,
 * and how it looked then. Whoever touches the copy changes its ctime, which cannot be set back, and
 * so breaks the seal. The text is
 *
 * <pre>
 * ekkofs local copy 1
 * backup 6e0b0c4e-…
 * origin asked
 * data 1048576
 * size 4194304
 * inode 1234
 * modified 2026-11-23T15:28:40.123456789Z
 * changed 2026-11-23T15:28:40.125456789Z
 * </pre>
 *
 * @param backup what it is a copy of
 * @param origin why it was made
 * @param dataBytes what of it is not a hole
 * @param state the file as it was sealed
 */
record CopySeal(BackupId backup, CopyOrigin origin, long dataBytes, FileState state) {
  private static final int MAX_BYTES = 1024;
  private static final String NUMBER = "([0-9]{1,18})";
  private static final Pattern TEXT =
      Pattern.compile(
          """
          ekkofs local copy 1
          backup ([0-9a-f-]{36})
          origin ([a-z]{1,16})
          data %1$s
          size %1$s
          inode %1$s
          modified ([0-9TZ:.-]{20,40})
          changed ([0-9TZ:.-]{20,40})
          """
              .formatted(NUMBER));

  /** What stat(2) says of a file and what changes whenever somebody writes to it or replaces it. */
  record FileState(long size, long inode, Instant modified, Instant changed) {
    /** The state of a file now. */
    static FileState of(Path file) throws IOException {
      Map<String, Object> found =
          Files.readAttributes(file, "unix:size,ino,lastModifiedTime,ctime");
      return new FileState(
          number(found.get("size")),
          number(found.get("ino")),
          time(found.get("lastModifiedTime")),
          time(found.get("ctime")));
    }

    private static long number(@Nullable Object value) {
      return value instanceof Long number ? number : -1;
    }

    private static Instant time(@Nullable Object value) {
      return value instanceof FileTime time ? time.toInstant() : Instant.EPOCH;
    }
  }

  /** Whether a file is what was sealed, and as it was. */
  boolean holds(Path file) {
    try {
      return FileState.of(file).equals(state);
    } catch (IOException gone) {
      return false;
    }
  }

  /** The seal in a file; empty if there is none, or it is not one of this backup. */
  static Optional<CopySeal> read(Path file, BackupId backup) {
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new NoSuchFileException(file.toString());
      }
      try (InputStream in = Files.newInputStream(file)) {
        String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.US_ASCII);
        return parse(text).filter(seal -> seal.backup.equals(backup));
      }
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  private static Optional<CopySeal> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new CopySeal(
              BackupId.parse(matcher.group(1)),
              CopyOrigin.parse(matcher.group(2)),
              Long.parseLong(matcher.group(3)),
              new FileState(
                  Long.parseLong(matcher.group(4)),
                  Long.parseLong(matcher.group(5)),
                  Instant.parse(matcher.group(6)),
                  Instant.parse(matcher.group(7)))));
    } catch (InvalidException | DateTimeException damaged) {
      return Optional.empty();
    }
  }

  String text() {
    return """
        ekkofs local copy 1
        backup %s
        origin %s
        data %d
        size %d
        inode %d
        modified %s
        changed %s
        """
        .formatted(
            backup, origin, dataBytes, state.size, state.inode, state.modified, state.changed);
  }
}
