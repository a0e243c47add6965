package org.ekkofs.restore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.ekkofs.backup.Progress;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.ImageFormat;

/**
 * One disk that becomes one image.
 *
 * @param disk the mounted disk
 * @param image what is written
 * @param name what that will be called
 * @param bytes how large the disk is
 * @param failure what made a read of the disk fail, of which qemu-img hears a number only
 */
record Conversion(
    QemuImg qemu,
    Path disk,
    Path image,
    Path name,
    long bytes,
    Supplier<Optional<EkkofsException>> failure,
    Progress progress) {
  private static final int DIFFERENT = 1;

  /** As many reads as qemu-img may have under way, since each may wait for the store. */
  private static final String COROUTINES = "16";

  /**
   * Writes the image, in order, so that it is not scattered; zeros are left out. It is not durable
   * yet: qemu-img never waits for the disk.
   *
   * @param making how it is to be made
   * @throws EkkofsException if the backup cannot be read
   * @throws FailedException if the image cannot hold the disk or cannot be written
   */
  void write(ImageFormat format, List<String> making) throws InterruptedException {
    List<String> words = new ArrayList<>(List.of("convert", "-p", "-t", "unsafe"));
    words.addAll(List.of("-m", COROUTINES, "-f", "raw", "-O", format.driver()));
    words.addAll(making);
    words.addAll(List.of(disk.toString(), image.toString()));
    QemuImg.Outcome outcome = qemu.run(words, "restore", bytes, progress);
    if (outcome.status() != 0) {
      throw failed("cannot write " + name, outcome);
    }
  }

  /**
   * Compares the image with the disk.
   *
   * @throws EkkofsException if one of them cannot be read
   * @throws FailedException if they differ
   */
  void verify(ImageFormat format) throws InterruptedException {
    List<String> words = List.of("compare", "-p", "-f", "raw", "-F", format.driver());
    QemuImg.Outcome outcome =
        qemu.run(and(words, disk.toString(), image.toString()), "verify", bytes, progress);
    if (outcome.status() == DIFFERENT || outcome.message().contains("size mismatch")) {
      throw failed("what was written to %s is not what the backup holds".formatted(name), outcome);
    }
    if (outcome.status() != 0) {
      throw failed("cannot read " + name + " back", outcome);
    }
  }

  private static List<String> and(List<String> words, String... more) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return all;
  }

  private EkkofsException failed(String what, QemuImg.Outcome outcome) {
    return failure
        .get()
        .orElseGet(
            () -> {
              String why =
                  outcome
                      .message()
                      .replace(image + ": ", "")
                      .replace(image.toString(), name.toString());
              return new FailedException(
                  "%s: %s".formatted(what, why.isEmpty() ? "qemu-img says nothing" : why));
            });
  }
}
