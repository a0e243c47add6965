package org.ekkofs.restore;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ekkofs.model.InvalidException;
import org.ekkofs.source.ImageFormat;

/**
 * How images of a format are made by qemu-img.
 *
 * @param options for an ordinary image; empty for those that QEMU takes by itself
 * @param compressing for one of which the content is compressed; empty if there is no such thing
 */
record Writing(String options, Optional<String> compressing) {
  private static final Writing UNCOMPRESSED = new Writing("", Optional.empty());

  /** Virtual PC's images would otherwise be rounded up to whole cylinders. */
  private static final Map<ImageFormat, Writing> ALL =
      Map.of(
          ImageFormat.QCOW2, new Writing("", Optional.of("")),
          ImageFormat.QCOW, UNCOMPRESSED,
          ImageFormat.QED, UNCOMPRESSED,
          ImageFormat.VMDK, new Writing("", Optional.of("subformat=streamOptimized")),
          ImageFormat.VHDX, UNCOMPRESSED,
          ImageFormat.VPC, new Writing("subformat=dynamic,force_size=on", Optional.empty()),
          ImageFormat.VDI, UNCOMPRESSED,
          ImageFormat.PARALLELS, UNCOMPRESSED);

  /**
   * The words that tell qemu-img.
   *
   * @throws InvalidException if there are no such images
   */
  static List<String> words(ImageFormat format, boolean compress) {
    Optional<Writing> writing = Optional.ofNullable(ALL.get(format));
    if (compress) {
      String chosen =
          writing.flatMap(Writing::compressing).orElseThrow(() -> uncompressible(format));
      return Stream.concat(Stream.of("-c"), options(chosen).stream()).toList();
    }
    return options(
        writing
            .map(Writing::options)
            .orElseThrow(
                () -> new InvalidException(format.driver() + " images cannot be written")));
  }

  private static List<String> options(String chosen) {
    return chosen.isEmpty() ? List.of() : List.of("-o", chosen);
  }

  private static InvalidException uncompressible(ImageFormat format) {
    return new InvalidException(
        "%s disks cannot be compressed; those that can be are %s"
            .formatted(
                format.driver(),
                ALL.entrySet().stream()
                    .filter(entry -> entry.getValue().compressing.isPresent())
                    .map(entry -> entry.getKey().driver())
                    .sorted()
                    .collect(Collectors.joining(", "))));
  }
}
