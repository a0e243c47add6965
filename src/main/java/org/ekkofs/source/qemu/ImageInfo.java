package org.ekkofs.source.qemu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Names;
import org.ekkofs.source.ImageFormat;

/**
 * What {@code qemu-img info} says of an image.
 *
 * @param backing the backing file, as the header names it
 * @param backingFormat its format in QEMU's words, if the header says
 * @param encrypted whether it takes a secret to read it
 * @param bitmaps the dirty bitmaps in it
 */
record ImageInfo(
    Optional<String> backing,
    Optional<String> backingFormat,
    boolean encrypted,
    List<ChangeBitmap> bitmaps) {
  private static final int SECONDS = 30;
  private static final int MOST = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  ImageInfo {
    bitmaps = List.copyOf(bitmaps);
  }

  /**
   * Has QEMU look at an image. It opens no backing file, but whatever else the image needs.
   *
   * @throws FailedException if it is not of this format, is damaged, or qemu-img is missing
   */
  static ImageInfo of(Path image, ImageFormat format) {
    List<String> command =
        List.of(
            "qemu-img",
            "info",
            "--output=json",
            "-U",
            "-f",
            format.driver(),
            image.toAbsolutePath().toString());
    try {
      return parse(image, run(command, image, format), format);
    } catch (JsonProcessingException e) {
      throw new FailedException(
          "%s: qemu-img says something that is not understood: %s"
              .formatted(image, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new FailedException(
          "cannot run qemu-img, which it takes to read %s: install qemu-utils (%s)"
              .formatted(image, Causes.of(e)),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("looking at " + image + " was interrupted", e);
    }
  }

  private static String run(List<String> command, Path image, ImageFormat format)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Optional.ofNullable(image.getParent()).ifPresent(folder -> builder.directory(folder.toFile()));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    // Only when it is late: ending a process that has ended closes what it said.
    process
        .onExit()
        .orTimeout(SECONDS, TimeUnit.SECONDS)
        .exceptionally(late -> process.destroyForcibly());
    try {
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readNBytes(MOST), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new FailedException(
            "%s cannot be opened as %s: %s".formatted(image, format.driver(), reason(said)));
      }
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  /** The end of what it says: {@code qemu-img: Could not open 'FILE': Image is not in … format}. */
  private static String reason(String said) {
    String last = said.strip().lines().reduce((before, after) -> after).orElse("no answer");
    int quote = last.lastIndexOf("': ");
    return Names.printable(quote < 0 ? last : last.substring(quote + 3));
  }

  private static ImageInfo parse(Path image, String said, ImageFormat format)
      throws JsonProcessingException {
    JsonNode json = JSON.readTree(said);
    JsonNode data = json.path("format-specific").path("data");
    if (data.path("corrupt").asBoolean()) {
      throw new FailedException(image + " is marked as corrupt; qemu-img check may repair it");
    }
    return new ImageInfo(
        text(json, "backing-filename"),
        text(json, "backing-filename-format"),
        format == ImageFormat.LUKS || json.path("encrypted").asBoolean(),
        bitmaps(data.path("bitmaps")));
  }

  private static Optional<String> text(JsonNode json, String name) {
    return Optional.ofNullable(json.path(name).textValue());
  }

  private static List<ChangeBitmap> bitmaps(JsonNode json) {
    List<ChangeBitmap> bitmaps = new ArrayList<>();
    for (JsonNode bitmap : json) {
      List<String> flags = new ArrayList<>();
      bitmap.path("flags").forEach(flag -> flags.add(flag.asText()));
      bitmaps.add(
          new ChangeBitmap(
              bitmap.path("name").asText(), flags.contains("in-use"), flags.contains("auto")));
    }
    return bitmaps;
  }
}
