package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What comes out: rows as they are ready, and the whole table at the end. For one thread. */
final class Report {
  private final List<Row> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Says what is going on. */
  void say(String text) {
    System.err.println("== " + text);
  }

  void add(Row row) {
    rows.add(row);
    System.err.println(row);
  }

  /** Something to be said below the table. */
  void note(String text) {
    notes.add(text);
    System.err.println(text);
  }

  /** The table, what is to be said about it, and the machine. */
  void print(Options options) throws IOException {
    System.out.printf(
        "%d MiB of data, medians of %d runs. %s%n%n",
        options.bytes() >> 20, options.runs(), machine());
    System.out.println(Row.heading());
    rows.forEach(System.out::println);
    System.out.println();
    notes.forEach(note -> System.out.println("- " + note));
  }

  private static String machine() throws IOException {
    return String.format(
        Locale.ROOT,
        "%d cores, Linux %s, Java %s, load average %s.",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.version"),
        System.getProperty("java.version"),
        Files.readString(Path.of("/proc/loadavg")).replaceFirst(" \\S+/.*\\s*$", ""));
  }
}
