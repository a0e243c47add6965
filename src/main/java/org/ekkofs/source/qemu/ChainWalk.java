package org.ekkofs.source.qemu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.source.Basis;
import org.ekkofs.source.BlockDevices;
import org.ekkofs.source.ImageFormat;
import org.ekkofs.source.MountedBackups;
import org.ekkofs.source.SourceOptions;

/** One walk down a chain of images. For one thread. */
final class ChainWalk {
  private static final String BACKING = "backing file";

  private final Path image;
  private final MountedBackups mounts;
  private final AllowedPlaces places;
  private final boolean hasSecret;
  private final List<ChainLink> links = new ArrayList<>();
  private final Set<Path> seen = new LinkedHashSet<>();
  private final List<String> remarks = new ArrayList<>();

  ChainWalk(Path image, SourceOptions options, MountedBackups mounts) throws IOException {
    Path real = mounts.resolve(image);
    mounts.refuseOwn(real, image.toString());
    if (!Files.exists(real)) {
      throw new NotFoundException(image + " does not exist");
    }
    if (!Files.isRegularFile(real) && !BlockDevices.isBlockDevice(real)) {
      throw new InvalidException(image + " is neither a file nor a block device");
    }
    this.image = real;
    this.mounts = mounts;
    this.places = new AllowedPlaces(real, options.allowedBacking(), mounts);
    this.hasSecret = options.secretFile().isPresent();
  }

  ImageChain from(ImageFormat topFormat) throws IOException {
    Optional<Next> next = Optional.of(new Next(image, topFormat));
    while (next.isPresent()) {
      Path file = next.get().file();
      if (!seen.add(file)) {
        throw new RefusedException(
            "the backing files of %s go round in a circle: %s"
                .formatted(image, path(List.copyOf(seen), file)));
      }
      if (links.size() == ImageChain.MAX_LINKS) {
        throw new RefusedException(
            "%s has more than %d backing files above each other"
                .formatted(image, ImageChain.MAX_LINKS - 1));
      }
      next = take(file, next.get().format());
    }
    return new ImageChain(links, basis(), remarks);
  }

  private static String path(List<Path> files, Path again) {
    return files.subList(files.indexOf(again), files.size()).stream()
            .map(Path::toString)
            .collect(Collectors.joining(" -> "))
        + " -> "
        + again;
  }

  /** A file to go on with. */
  private record Next(Path file, ImageFormat format) {}

  /** The backup that the chain ends in, as long as it is its bytes that are the disk. */
  private Optional<Basis> basis() throws IOException {
    ChainLink last = links.get(links.size() - 1);
    return last.format() == ImageFormat.RAW ? mounts.find(last.file()) : Optional.empty();
  }

  private Optional<Next> take(Path file, ImageFormat format) throws IOException {
    boolean device = BlockDevices.isBlockDevice(file);
    if (format == ImageFormat.RAW) {
      links.add(ChainLink.raw(file, device));
      return Optional.empty();
    }
    Optional<Path> data =
        ImageHeader.dataFile(file, format).map(name -> places.require(file, "data file", name));
    for (String name : ImageHeader.extents(file, format)) {
      ImageHeader.requirePlainExtent(places.require(file, "part", name));
    }
    ImageInfo info = ImageInfo.of(file, format);
    requireSecret(file, info);
    links.add(new ChainLink(file, device, format, data, info.encrypted(), info.bitmaps()));
    return info.backing().isPresent()
        ? Optional.of(below(file, info.backing().get(), info.backingFormat()))
        : Optional.empty();
  }

  private void requireSecret(Path file, ImageInfo info) {
    if (info.encrypted() && !hasSecret) {
      throw new InvalidException(
          file + " is encrypted: name the file that holds its secret by --secret-file");
    }
  }

  private Next below(Path file, String name, Optional<String> format) throws IOException {
    Path backing = places.require(file, BACKING, name);
    if (format.isPresent()) {
      return new Next(backing, named(file, format.get()));
    }
    Optional<ImageFormat> extension = ImageFormat.ofExtension(backing);
    if (extension.isEmpty()) {
      resembled(backing)
          .ifPresent(
              like ->
                  remarks.add(
                      "%s, the backing file of %s, begins like a %s image and is taken as raw, as nothing says what it is; \"qemu-img rebase -u\" can write that into %2$s"
                          .formatted(backing, file, like.driver())));
    }
    return new Next(backing, extension.orElse(ImageFormat.RAW));
  }

  private static Optional<ImageFormat> resembled(Path file) throws IOException {
    try {
      return ImageFormat.resembled(file);
    } catch (NoSuchFileException gone) {
      throw new NotFoundException(file + " does not exist", gone);
    }
  }

  private static ImageFormat named(Path file, String format) {
    return ImageFormat.ofDriver(format)
        .orElseThrow(
            () ->
                new InvalidException(
                    "%s says that its backing file has the format \"%s\", which is not read"
                        .formatted(file, Names.printable(format))));
  }
}
