package org.ekkofs.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.source.BlockDevices;
import org.ekkofs.source.DiskSource;
import org.ekkofs.source.ImageFormat;
import org.ekkofs.source.MountedBackups;
import org.ekkofs.source.RawSource;
import org.ekkofs.source.SourceAddress;
import org.ekkofs.source.SourceOptions;
import org.ekkofs.source.nbd.ChangeContext;
import org.ekkofs.source.nbd.NbdExport;
import org.ekkofs.source.nbd.NbdSource;
import org.ekkofs.source.qemu.ImageChain;
import org.ekkofs.source.qemu.QemuSource;

/**
 * Opens disks that nobody else is writing to. For one snapshot, and one thread.
 *
 * @param basis finds the parent of what rests on a backup
 * @param mounts what is mounted now
 * @param remarks told, a line each, what the user should know
 */
record Sources(BasisFinder basis, MountedBackups mounts, Consumer<String> remarks) {
  /** A disk, to be closed, and what to make of it. */
  record Opened(DiskSource disk, SnapshotRequest request) implements AutoCloseable {
    @Override
    public void close() {
      disk.close();
    }
  }

  /** Opens a disk; its parent is added to the request if it is found out. */
  Opened open(SourceDisk disk, SourceOptions options) {
    if (disk.source() instanceof SourceAddress.Nbd nbd) {
      return new Opened(export(nbd, options), disk.request());
    }
    Path path = image(disk);
    ImageFormat format = format(path, options);
    return format == ImageFormat.RAW
        ? new Opened(raw(path, options), disk.request())
        : image(path, format, disk.request(), options);
  }

  /** Says what is wrong with a disk as far as that can be seen without starting a server. */
  void check(SourceDisk disk, SourceOptions options) {
    if (disk.source() instanceof SourceAddress.Image) {
      Path path = image(disk);
      ImageFormat format = format(path, options);
      if (format == ImageFormat.RAW) {
        raw(path, options).close();
      } else {
        ImageChanges.of(chain(path, format, options), disk.request(), options, basis, remarks);
      }
    }
  }

  private static Path image(SourceDisk disk) {
    if (disk.source() instanceof SourceAddress.Image image) {
      return image.path();
    }
    throw new IllegalStateException("no image: " + disk.source());
  }

  private DiskSource export(SourceAddress.Nbd address, SourceOptions options) {
    Optional<ChangeContext> context = options.bitmap().map(ChangeContext.DirtyBitmap::new);
    NbdSource source = NbdSource.open(new NbdExport.Uri(address.uri()), context);
    if (context.isPresent() && source.changes().isEmpty()) {
      source.close();
      throw new NotFoundException(
          "%s exports no bitmap \"%s\"".formatted(address, options.bitmap().get()));
    }
    return source;
  }

  private static ImageFormat format(Path path, SourceOptions options) {
    if (options.format().isPresent()) {
      return options.format().get();
    }
    return BlockDevices.isBlockDevice(path)
        ? ImageFormat.RAW
        : ImageFormat.ofExtension(path).orElse(ImageFormat.RAW);
  }

  private RawSource raw(Path path, SourceOptions options) {
    if (options.needParent()) {
      throw new InvalidException(
          path + " is taken as raw, and in a raw disk nothing says what has changed; see --format");
    }
    RawSource source = RawSource.open(path);
    try {
      if (options.format().isEmpty() && Files.isRegularFile(path)) {
        resembled(path).ifPresent(like -> remarks.accept(hint(path, like)));
      }
      return source;
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  private static String hint(Path path, ImageFormat like) {
    return "%s begins like a %s image and is taken as raw; if it is one, give --format %s"
        .formatted(path, like.driver(), like.driver());
  }

  private static Optional<ImageFormat> resembled(Path path) {
    try {
      return ImageFormat.resembled(path);
    } catch (IOException e) {
      throw new FailedException(path + " cannot be read: " + Causes.of(e), e);
    }
  }

  private ImageChain chain(Path path, ImageFormat format, SourceOptions options) {
    return ImageChain.of(path, format, options, mounts);
  }

  private Opened image(
      Path path, ImageFormat format, SnapshotRequest request, SourceOptions options) {
    ImageChain chain = chain(path, format, options);
    chain.remarks().forEach(remarks);
    ImageChanges changes = ImageChanges.of(chain, request, options, basis, remarks);
    QemuSource source = QemuSource.open(chain, options.secretFile(), changes.context());
    if (changes.context().isPresent() && source.changes().isEmpty()) {
      source.close();
      throw new FailedException(path + ": qemu-nbd does not say what has changed");
    }
    if (chain.basis().isPresent() && !chain.isStillOn(mounts)) {
      source.close();
      throw new FailedException(
          "the backup below " + path + " has become another one meanwhile; begin again");
    }
    return new Opened(source, changes.request());
  }
}
