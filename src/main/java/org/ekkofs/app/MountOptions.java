package org.ekkofs.app;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.ekkofs.fuse.Binding;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/**
 * What {@code mount -o} says.
 *
 * @param allowOther whether users other than the one who mounts may look in
 * @param uid who owns what is read-only; empty for whoever mounts
 * @param gid as {@code uid}
 * @param umask permission bits to take away
 * @param refresh how often to look for what other hosts have done
 * @param cacheFolder where to keep what can be fetched again, instead of the usual place
 * @param cacheBytes how much segments may take on the disk; empty for what suits the disk
 * @param memoryBytes how much segments may take in memory
 * @param timeout how long a read waits for the store
 * @param binding which FUSE library to use
 * @param fill whether to make local copies of disks that are read a lot
 * @param sweep when to sweep all trees every day, in local time; empty for never
 */
record MountOptions(
    boolean allowOther,
    Optional<Integer> uid,
    Optional<Integer> gid,
    int umask,
    Duration refresh,
    Optional<Path> cacheFolder,
    Optional<Long> cacheBytes,
    long memoryBytes,
    Duration timeout,
    Binding binding,
    boolean fill,
    Optional<LocalTime> sweep) {
  private static final int MAX_SECONDS = 24 * 60 * 60;
  private static final Duration USUAL_REFRESH = Duration.ofSeconds(5);
  private static final Duration USUAL_TIMEOUT = Duration.ofMinutes(1);
  private static final long USUAL_MEMORY_BYTES = 128L << 20;
  private static final long MAX_MEMORY_BYTES = 64L << 30;

  private static final String OFF = "off";

  /** What people and fstab say of what is always so; it means that nothing is to be swept. */
  private static final String READ_ONLY = "ro";

  private static final Set<String> WITH_VALUE =
      Set.of(
          "uid",
          "gid",
          "umask",
          "refresh",
          "cache_dir",
          "cache_size",
          "memory_size",
          "timeout",
          "binding",
          "fill",
          "sweep");

  /**
   * Reads {@code NAME=VALUE} and {@code NAME}; of several values for one name the last holds.
   *
   * @throws InvalidException if one is unknown or its value impossible
   */
  static MountOptions parse(List<String> words) {
    Map<String, String> values = new HashMap<>();
    boolean allowOther = false;
    boolean readOnly = false;
    for (String word : words) {
      String name = word.replaceFirst("=.*", "");
      if (word.equals("allow_other")) {
        allowOther = true;
      } else if (WITH_VALUE.contains(name) && !name.equals(word)) {
        values.put(name, word.substring(name.length() + 1));
      } else if (word.equals(READ_ONLY)) {
        readOnly = true;
      } else {
        throw unknown(word);
      }
    }
    return of(allowOther, readOnly, name -> Optional.ofNullable(values.get(name)));
  }

  private static MountOptions of(
      boolean allowOther, boolean readOnly, Function<String, Optional<String>> value) {
    return new MountOptions(
        allowOther,
        value.apply("uid").map(text -> id("uid", text)),
        value.apply("gid").map(text -> id("gid", text)),
        value.apply("umask").map(MountOptions::octal).orElse(0),
        value.apply("refresh").map(text -> seconds("refresh", text)).orElse(USUAL_REFRESH),
        value.apply("cache_dir").map(MountOptions::path),
        value.apply("cache_size").map(text -> size("cache_size", text)),
        value.apply("memory_size").map(MountOptions::memory).orElse(USUAL_MEMORY_BYTES),
        value.apply("timeout").map(text -> seconds("timeout", text)).orElse(USUAL_TIMEOUT),
        value.apply("binding").map(Binding::parse).orElse(Binding.AUTO),
        value.apply("fill").map(MountOptions::autoOrNever).orElse(false),
        value.apply("sweep").flatMap(MountOptions::timeOfDay).filter(time -> !readOnly));
  }

  private static InvalidException unknown(String name) {
    return new InvalidException(
        ("unknown mount option \"%s\"; there are allow_other, uid=, gid=, umask=, refresh=,"
                + " cache_dir=, cache_size=, memory_size=, timeout=, binding=, fill= and"
                + " sweep=")
            .formatted(Names.printable(name)));
  }

  private static InvalidException wrong(String name, String value, String wanted) {
    return new InvalidException(
        "mount option %s=%s: it must be %s".formatted(name, Names.printable(value), wanted));
  }

  private static boolean autoOrNever(String value) {
    return switch (value) {
      case "auto" -> true;
      case "never" -> false;
      default -> throw wrong("fill", value, "auto or never");
    };
  }

  private static Optional<LocalTime> timeOfDay(String value) {
    if (value.equals(OFF)) {
      return Optional.empty();
    }
    if (!value.matches("([01]?[0-9]|2[0-3]):[0-5][0-9]")) {
      throw wrong("sweep", value, "a time of day as 03:30, or off");
    }
    String[] parts = value.split(":", -1);
    return Optional.of(LocalTime.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
  }

  private static int id(String name, String value) {
    if (!value.matches("[0-9]{1,10}") || Long.parseLong(value) > Integer.MAX_VALUE) {
      throw wrong(name, value, "a number");
    }
    return Integer.parseInt(value);
  }

  private static int octal(String value) {
    if (!value.matches("0?[0-7]{1,3}")) {
      throw wrong("umask", value, "an octal number up to 777");
    }
    return Integer.parseInt(value, 8);
  }

  private static Duration seconds(String name, String value) {
    if (!value.matches("[0-9]{1,5}s?")) {
      throw wrong(name, value, "a number of seconds");
    }
    int seconds = Integer.parseInt(value.replace("s", ""));
    if (seconds < 1 || seconds > MAX_SECONDS) {
      throw wrong(name, value, "1 to " + MAX_SECONDS + " seconds");
    }
    return Duration.ofSeconds(seconds);
  }

  private static long size(String name, String value) {
    try {
      return Sizes.parse(value);
    } catch (InvalidException e) {
      throw new InvalidException("mount option " + name + ": " + e.getMessage(), e);
    }
  }

  private static long memory(String value) {
    long bytes = size("memory_size", value);
    if (bytes > MAX_MEMORY_BYTES) {
      throw wrong("memory_size", value, "64G at most");
    }
    return bytes;
  }

  private static Path path(String value) {
    try {
      if (!value.isEmpty()) {
        return Path.of(value).toAbsolutePath().normalize();
      }
    } catch (InvalidPathException e) {
      throw new InvalidException(
          "mount option cache_dir=" + Names.printable(value) + ": it must be a path", e);
    }
    throw wrong("cache_dir", value, "a path");
  }

  /**
   * The options as one can give them to another process; without the cache folder, as a path may
   * hold a comma.
   */
  List<String> words() {
    List<String> words = new ArrayList<>();
    if (allowOther) {
      words.add("allow_other");
    }
    uid.ifPresent(id -> words.add("uid=" + id));
    gid.ifPresent(id -> words.add("gid=" + id));
    words.add("umask=" + String.format(Locale.ROOT, "%03o", umask));
    words.add("refresh=" + refresh.toSeconds());
    cacheBytes.ifPresent(bytes -> words.add("cache_size=" + bytes));
    words.add("memory_size=" + memoryBytes);
    words.add("timeout=" + timeout.toSeconds());
    words.add("binding=" + binding);
    words.add("fill=" + (fill ? "auto" : "never"));
    words.add("sweep=" + sweep.map(LocalTime::toString).orElse(OFF));
    return words;
  }
}
