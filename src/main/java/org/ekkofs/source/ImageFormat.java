package org.ekkofs.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/**
 * What lies in a file of a disk. It is never found out from the content: a machine that has a raw
 * disk writes what it likes to its beginning.
 */
public enum ImageFormat {
  /** The bytes of the disk and nothing else. */
  RAW("raw", "raw img", ""),
  /** QEMU's own. */
  QCOW2("qcow2", "qcow2", "QFI\u00fb"),
  /** What was before qcow2. */
  QCOW("qcow", "qcow", ""),
  /** QEMU's enhanced disk. */
  QED("qed", "qed", "QED\0"),
  /** VMware's, in one file or several. */
  VMDK("vmdk", "vmdk", "KDMV"),
  /** Hyper-V's. */
  VHDX("vhdx", "vhdx", "vhdxfile"),
  /** Virtual PC's. */
  VPC("vpc", "vhd vpc", "conectix"),
  /** VirtualBox's. */
  VDI("vdi", "vdi", "<<< "),
  /** An encrypted disk. */
  LUKS("luks", "luks", ""),
  /** Parallels'. */
  PARALLELS("parallels", "hds", "Withou");

  private static final String DESCRIPTOR = "# Disk DescriptorFile";
  private static final int HEAD = 64;

  private final String driver;
  private final String extensions;
  private final String magic;

  ImageFormat(String driver, String extensions, String magic) {
    this.driver = driver;
    this.extensions = extensions;
    this.magic = magic;
  }

  private boolean hasExtension(String extension) {
    return List.of(extensions.split(" ")).contains(extension);
  }

  /** What QEMU calls it. */
  public String driver() {
    return driver;
  }

  /** The format that QEMU calls so. */
  public static Optional<ImageFormat> ofDriver(String name) {
    return Arrays.stream(values()).filter(format -> format.driver.equals(name)).findFirst();
  }

  /** The format that the name's extension stands for, if it stands for one. */
  public static Optional<ImageFormat> ofExtension(Path path) {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return name.contains(".")
        ? Arrays.stream(values()).filter(f -> f.hasExtension(extension)).findFirst()
        : Optional.empty();
  }

  /**
   * Reads what a user calls it: QEMU's name, or an extension.
   *
   * @throws InvalidException if it is none of those; names them all
   */
  public static ImageFormat parse(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(format -> format.driver.equals(name) || format.hasExtension(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidException(
                    "\"%s\" is no format of a disk: %s"
                        .formatted(
                            Names.printable(text),
                            Arrays.stream(values())
                                .map(ImageFormat::driver)
                                .collect(Collectors.joining(", ")))));
  }

  /** What a file begins like, for a hint to its owner; never to act upon. */
  public static Optional<ImageFormat> resembled(Path file) throws IOException {
    String head;
    try (InputStream in = Files.newInputStream(file)) {
      head = new String(in.readNBytes(HEAD), StandardCharsets.ISO_8859_1);
    }
    if (head.startsWith(DESCRIPTOR)) {
      return Optional.of(VMDK);
    }
    return Arrays.stream(values())
        .filter(format -> !format.magic.isEmpty() && head.startsWith(format.magic))
        .findFirst();
  }
}
