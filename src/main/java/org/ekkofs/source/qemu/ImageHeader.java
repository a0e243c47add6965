package org.ekkofs.source.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ekkofs.model.RefusedException;
import org.ekkofs.source.ImageFormat;

/**
 * The names of files in the header of an image that QEMU opens as soon as it opens the image, so
 * that they must be known before: the external data file of a qcow2, the extents of a vmdk.
 */
final class ImageHeader {
  private static final int QCOW2_MAGIC = 0x514649fb;
  private static final int QCOW2_LEAST = 104;
  private static final int QCOW2_CLUSTER_BITS_AT = 20;
  private static final int QCOW2_INCOMPATIBLE_AT = 72;
  private static final int QCOW2_LENGTH_AT = 100;
  private static final int QCOW2_DATA_FILE_BIT = 4;
  private static final int QCOW2_DATA_FILE = 0x44415441;
  private static final int QCOW2_MAX_CLUSTER_BITS = 21;

  private static final int VMDK_SPARSE = 0x4b444d56;
  private static final int VMDK_OLD = 0x434f5744;
  private static final int VMDK_CAPACITY_AT = 12;
  private static final int VMDK_HEADER = 512;

  /** What QEMU reads of a descriptor at most, and what it makes of a name. */
  private static final int VMDK_DESCRIPTOR = 1 << 20;

  private static final int VMDK_NAME = 500;

  /** As QEMU's scanf does it, for which a new line is a blank. */
  private static final Pattern VMDK_EXTENT =
      Pattern.compile("RW\\s+[+-]?[0-9]+\\s*[A-Z]+\\s*\"([^\"\r\n]*)");

  private ImageHeader() {}

  /**
   * The external data file of a qcow2, as it stands there.
   *
   * @throws RefusedException if there must be one and is none, or more than one
   */
  static Optional<String> dataFile(Path image, ImageFormat format) throws IOException {
    if (format != ImageFormat.QCOW2) {
      return Optional.empty();
    }
    ByteBuffer head = head(image, 1 << QCOW2_MAX_CLUSTER_BITS);
    if (head.limit() < QCOW2_LEAST || head.getInt(0) != QCOW2_MAGIC || head.getInt(4) < 3) {
      return Optional.empty();
    }
    boolean external = (head.getLong(QCOW2_INCOMPATIBLE_AT) & QCOW2_DATA_FILE_BIT) != 0;
    return external ? Optional.of(dataFile(image, head)) : Optional.empty();
  }

  private static String dataFile(Path image, ByteBuffer head) throws IOException {
    int clusterBits = Math.min(Math.max(0, head.getInt(QCOW2_CLUSTER_BITS_AT)), 30);
    long end = Math.min(head.limit(), 1L << clusterBits);
    long at = Integer.toUnsignedLong(head.getInt(QCOW2_LENGTH_AT));
    Optional<String> found = Optional.empty();
    while (at + 8 <= end) {
      int type = head.getInt((int) at);
      long length = Integer.toUnsignedLong(head.getInt((int) at + 4));
      if (type == 0 || length > end - at - 8) {
        break;
      }
      if (type == QCOW2_DATA_FILE && found.isPresent()) {
        throw new RefusedException(image + " is a qcow2 that says twice where its data are");
      }
      if (type == QCOW2_DATA_FILE) {
        found = Optional.of(text(image, head.slice((int) at + 8, (int) length)));
      }
      at += 8 + (length + 7) / 8 * 8;
    }
    return found.orElseThrow(
        () -> new RefusedException(image + " is a qcow2 that does not say where its data are"));
  }

  /**
   * The files of a vmdk that consists of several, as they stand in its description.
   *
   * @throws RefusedException if a part holds a description of its own
   */
  static List<String> extents(Path image, ImageFormat format) throws IOException {
    if (format != ImageFormat.VMDK) {
      return List.of();
    }
    ByteBuffer head = head(image, VMDK_DESCRIPTOR);
    if (isSparse(image, head)) {
      return List.of();
    }
    String descriptor = text(image, head);
    List<String> names = new ArrayList<>();
    Matcher extent = VMDK_EXTENT.matcher(descriptor);
    for (int at = 0; extent.find(at); at = extent.start() + 1) {
      if (extent.group(1).length() > VMDK_NAME) {
        throw new RefusedException(image + " names a file whose name is too long");
      }
      names.add(extent.group(1));
    }
    return names;
  }

  /** Makes sure that a part of a vmdk makes QEMU open nothing else. */
  static void requirePlainExtent(Path extent) throws IOException {
    isSparse(extent, head(extent, VMDK_HEADER));
  }

  private static boolean isSparse(Path image, ByteBuffer head) {
    if (head.limit() < VMDK_HEADER) {
      return false;
    }
    int magic = head.getInt(0);
    if (magic == VMDK_SPARSE
        && head.order(ByteOrder.LITTLE_ENDIAN).getLong(VMDK_CAPACITY_AT) == 0) {
      throw new RefusedException(
          image + " is a vmdk within which others are described; that is not read");
    }
    return magic == VMDK_SPARSE || magic == VMDK_OLD;
  }

  private static ByteBuffer head(Path file, int most) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return ByteBuffer.wrap(in.readNBytes(most));
    }
  }

  private static String text(Path image, ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new RefusedException(image + " names files in something else than UTF-8", e);
    }
  }
}
