package org.ekkofs.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of /proc/self/mountinfo.
 *
 * @param device major and minor number, {@code 0:52}
 * @param mountpoint where it is mounted
 * @param type the kind of file system, {@code fuse.ekkofs}
 * @param source what was mounted
 * @param user the id of the user who mounted it, of a FUSE file system
 */
public record MountInfo(
    String device, Path mountpoint, String type, String source, Optional<Long> user) {
  private static final Path TABLE = Path.of("/proc/self/mountinfo");
  private static final Pattern USER = Pattern.compile("(?:.*,)?user_id=([0-9]{1,10})(?:,.*)?");
  private static final Pattern ESCAPE = Pattern.compile("\\\\([0-7]{3})");

  /** Everything mounted now, in the order of mounting. */
  public static List<MountInfo> all() {
    try {
      // Anybody may give a mountpoint a name that is no text.
      String table = new String(Files.readAllBytes(TABLE), StandardCharsets.UTF_8);
      return Arrays.stream(table.split("\n"))
          .map(MountInfo::parse)
          .flatMap(Optional::stream)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Parses a line: id, parent, device, root, mountpoint, options, optional fields, a dash, type,
   * source, more options. Empty if it is not of this form, or the mountpoint can be no path.
   */
  static Optional<MountInfo> parse(String line) {
    String[] halves = line.split(" - ", 2);
    if (halves.length < 2) {
      return Optional.empty();
    }
    String[] mount = halves[0].split(" ", -1);
    String[] origin = halves[1].split(" ", -1);
    if (mount.length < 6 || origin.length < 2) {
      return Optional.empty();
    }
    return path(decode(mount[4]))
        .map(
            mountpoint ->
                new MountInfo(
                    mount[2],
                    mountpoint,
                    origin[0],
                    decode(origin[1]),
                    origin.length > 2 ? user(origin[2]) : Optional.empty()));
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> user(String options) {
    return Optional.of(USER.matcher(options))
        .filter(Matcher::matches)
        .map(matcher -> Long.valueOf(matcher.group(1)));
  }

  /** Undoes the kernel's octal escapes of space, tab, newline and backslash. */
  private static String decode(String text) {
    return ESCAPE
        .matcher(text)
        .replaceAll(
            m -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(m.group(1), 8))));
  }
}
