package org.ekkofs.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;

/**
 * What a process that has a {@link DiskTier}, or had it last, says of it.
 *
 * @param folder where the tier lies
 * @param process the process
 * @param inUse whether it still runs
 * @param bytes how long the file of segments is
 * @param maxBytes how long it may become
 * @param maxMemoryBytes how much its cache may take in memory, on Java's heap and outside
 */
public record TierUse(
    Path folder, long process, boolean inUse, long bytes, long maxBytes, long maxMemoryBytes) {
  private static final String ABOUT = "about";
  private static final int MAX_ABOUT_BYTES = 1000;
  private static final Pattern TEXT =
      Pattern.compile("process ([0-9]{1,18})\ndisk ([0-9]{1,18})\nmemory ([0-9]{1,18})\n");

  /** Writes down what this process says of the tier in a folder that it has. */
  static void write(Path folder, long maxBytes, long maxMemoryBytes) throws IOException {
    Files.writeString(
        folder.resolve(ABOUT),
        "process %d\ndisk %d\nmemory %d\n"
            .formatted(ProcessHandle.current().pid(), maxBytes, maxMemoryBytes));
  }

  /**
   * The tiers below a common folder, in order.
   *
   * @throws FailedException if they cannot be read
   */
  public static List<TierUse> list(Path common) {
    List<TierUse> found = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(common, "[0-9]*")) {
      for (Path folder : folders) {
        read(folder, found);
      }
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IOException e) {
      throw new FailedException("cannot look into %s: %s".formatted(common, Causes.of(e)), e);
    }
    found.sort(Comparator.comparing(TierUse::folder));
    return found;
  }

  private static void read(Path folder, List<TierUse> found) throws IOException {
    Path about = folder.resolve(ABOUT);
    if (!Files.isRegularFile(about) || Files.size(about) > MAX_ABOUT_BYTES) {
      return;
    }
    Matcher text = TEXT.matcher(Files.readString(about, StandardCharsets.ISO_8859_1));
    if (text.matches()) {
      Path segments = folder.resolve(DiskTier.SEGMENTS);
      found.add(
          new TierUse(
              folder,
              Long.parseLong(text.group(1)),
              TierFolder.isTaken(folder),
              Files.exists(segments) ? Files.size(segments) : 0,
              Long.parseLong(text.group(2)),
              Long.parseLong(text.group(3))));
    }
  }
}
