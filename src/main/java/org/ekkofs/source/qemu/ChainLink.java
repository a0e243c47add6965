package org.ekkofs.source.qemu;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ekkofs.source.ImageFormat;

/**
 * One image of a chain.
 *
 * @param file without links
 * @param device whether it is a block device
 * @param dataFile where a qcow2 keeps its data, if not in the file
 * @param encrypted whether it takes a secret to read it
 * @param bitmaps the dirty bitmaps in it
 */
public record ChainLink(
    Path file,
    boolean device,
    ImageFormat format,
    Optional<Path> dataFile,
    boolean encrypted,
    List<ChangeBitmap> bitmaps) {
  /** Copies. */
  public ChainLink {
    bitmaps = List.copyOf(bitmaps);
  }

  static ChainLink raw(Path file, boolean device) {
    return new ChainLink(file, device, ImageFormat.RAW, Optional.empty(), false, List.of());
  }
}
