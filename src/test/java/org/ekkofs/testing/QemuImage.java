package org.ekkofs.testing;

import com.kenai.jffi.Library;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A disk image made by QEMU's programs.
 *
 * @param path the file
 * @param format its format
 */
public record QemuImage(Path path, String format) {
  /** Skips the test where the programs or libnbd are not installed. */
  public static void assumeInstalled() {
    for (String program : List.of("qemu-img", "qemu-io", "qemu-nbd")) {
      Assumptions.assumeTrue(
          List.of(System.getenv("PATH").split(":")).stream()
              .anyMatch(folder -> Files.isExecutable(Path.of(folder, program))),
          program + " is not installed");
    }
    assumeLibNbd();
  }

  /** Skips the test where libnbd is not installed. */
  public static void assumeLibNbd() {
    Assumptions.assumeTrue(
        Library.getCachedInstance("libnbd.so.0", Library.LAZY) != null, "libnbd is not installed");
  }

  /** A new image; the words are what else {@code qemu-img create} is to be told. */
  public static QemuImage create(Path path, String format, String... words) {
    List<Object> all = new ArrayList<>(List.of("create", "-q", "-f", format, path));
    all.addAll(List.of(words));
    QemuImg.img(all.toArray());
    return new QemuImage(path, format);
  }

  /**
   * A new image with the bytes of a raw file; the words are options of {@code qemu-img convert}.
   */
  public static QemuImage convert(Path raw, Path path, String format, String... options) {
    List<Object> all = new ArrayList<>(List.of("convert", "-f", "raw"));
    all.addAll(List.of(options));
    all.addAll(List.of("-O", format, raw, path));
    QemuImg.img(all.toArray());
    return new QemuImage(path, format);
  }

  /** A new layer over this one. */
  public QemuImage overlay(Path above) {
    return create(above, "qcow2", "-F", format, "-b", path.toString());
  }

  /** Has {@code qemu-io} do something. */
  public QemuImage io(String... commands) {
    QemuImg.io(path, format, commands);
    return this;
  }

  /** Starts a persistent bitmap of what is written from now on. */
  public QemuImage bitmap(String name) {
    QemuImg.img("bitmap", "-f", format, "--add", path, name);
    return this;
  }

  /** Every byte of the disk. */
  public byte[] bytes() {
    Path raw = path.resolveSibling(path.getFileName() + ".bytes");
    QemuImg.img("convert", "-f", format, "-O", "raw", path, raw);
    try {
      return Files.readAllBytes(raw);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For {@code qemu-nbd}: the image and its format after some more words. */
  public List<String> words(String... more) {
    List<String> words = new ArrayList<>(List.of(more));
    words.addAll(List.of("-f", format, path.toString()));
    return words;
  }
}
