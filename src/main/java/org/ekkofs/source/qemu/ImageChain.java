package org.ekkofs.source.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.Basis;
import org.ekkofs.source.ImageFormat;
import org.ekkofs.source.MountedBackups;
import org.ekkofs.source.SourceOptions;

/**
 * An image and the backing files below it, each of which was found to be where it may be before
 * anything was told to open it. Immutable.
 *
 * @param links the image first; at least one
 * @param basis the backup that the last link is, if it is one
 * @param remarks what the user should know, a line each
 */
public record ImageChain(List<ChainLink> links, Optional<Basis> basis, List<String> remarks) {
  /** How many images there can be above each other. */
  static final int MAX_LINKS = 64;

  /** Copies. */
  public ImageChain {
    links = List.copyOf(links);
    remarks = List.copyOf(remarks);
  }

  /**
   * Walks down from an image. Neither backing file nor data file nor extent is opened, nor asked
   * for by QEMU, that lies elsewhere than it may.
   *
   * @param image where the user says it is
   * @param format what the user says it is; not raw
   * @throws org.ekkofs.model.RefusedException if a file is elsewhere, or they go round in a circle
   * @throws org.ekkofs.model.NotFoundException if one is missing
   * @throws org.ekkofs.model.InvalidException if one is no file, or of a format that is not read
   * @throws FailedException if one cannot be read
   */
  public static ImageChain of(
      Path image, ImageFormat format, SourceOptions options, MountedBackups mounts) {
    try {
      return new ChainWalk(image, options, mounts).from(format);
    } catch (IOException e) {
      throw new FailedException(image + " cannot be read: " + Causes.of(e), e);
    }
  }

  /** The image itself. */
  public ChainLink top() {
    return links.get(0);
  }

  /** How many images lie above the backup that is the {@link #basis}. */
  public int layersAboveBasis() {
    return links.size() - 1;
  }

  /** The dirty bitmap of this name in the image itself. */
  public Optional<ChangeBitmap> bitmap(String name) {
    return top().bitmaps().stream().filter(bitmap -> bitmap.name().equals(name)).findFirst();
  }

  /** Whether the last link is still the same backup, now that it was opened by its name. */
  public boolean isStillOn(MountedBackups mounts) {
    Path last = links.get(links.size() - 1).file();
    try {
      return basis.equals(Files.exists(last) ? mounts.find(last) : Optional.empty());
    } catch (IOException e) {
      return false;
    }
  }
}
