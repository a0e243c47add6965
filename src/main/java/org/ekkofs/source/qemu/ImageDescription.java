package org.ekkofs.source.qemu;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ekkofs.source.BlockDevices;
import org.ekkofs.source.ImageFormat;

/**
 * A chain of images in QEMU's words, so complete that nothing is taken from a header: which file,
 * in which format, over which other one, and over none at its end.
 */
final class ImageDescription {
  private static final String SECRET = "ekkofs-secret";
  private static final Set<ImageFormat> WITH_BACKING =
      Set.of(ImageFormat.QCOW2, ImageFormat.QCOW, ImageFormat.QED, ImageFormat.VMDK);

  private ImageDescription() {}

  /** What to give to a program of QEMU in place of a file name. */
  static String fileName(ImageChain chain) {
    return "json:" + node(chain.links());
  }

  /** What makes the secret known to it by the name that the description uses. */
  static List<String> arguments(Optional<Path> secretFile) {
    return secretFile
        .map(
            file ->
                object()
                    .put("qom-type", "secret")
                    .put("id", SECRET)
                    .put("file", file.toAbsolutePath().toString()))
        .map(json -> List.of("--object", json.toString()))
        .orElse(List.of());
  }

  private static ObjectNode node(List<ChainLink> links) {
    ChainLink link = links.get(0);
    ObjectNode node = object().put("driver", link.format().driver());
    node.set("file", file(link.file(), link.device()));
    link.dataFile()
        .ifPresent(data -> node.set("data-file", file(data, BlockDevices.isBlockDevice(data))));
    if (link.encrypted()) {
      secret(node, link.format());
    }
    if (WITH_BACKING.contains(link.format())) {
      node.set(
          "backing", links.size() > 1 ? node(links.subList(1, links.size())) : node.nullNode());
    }
    return node;
  }

  private static void secret(ObjectNode node, ImageFormat format) {
    if (format == ImageFormat.LUKS) {
      node.put("key-secret", SECRET);
    } else {
      node.putObject("encrypt").put("key-secret", SECRET);
    }
  }

  private static ObjectNode file(Path path, boolean device) {
    return object().put("driver", device ? "host_device" : "file").put("filename", path.toString());
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
