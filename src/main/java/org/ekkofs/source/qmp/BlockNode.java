package org.ekkofs.source.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * A block node of QEMU.
 *
 * @param name its name
 * @param size in bytes
 * @param file what it is stored in, as far as that has a name
 * @param keepsBitmaps whether it can store bitmaps, so that they outlive QEMU
 * @param bitmaps those of ours
 */
record BlockNode(
    String name, long size, String file, boolean keepsBitmaps, List<DirtyBitmap> bitmaps) {
  /** As QEMU describes it. */
  static BlockNode of(JsonNode node) {
    return new BlockNode(
        node.path("node-name").asText(),
        node.path("image").path("virtual-size").asLong(),
        node.path("file").asText(),
        keepsBitmaps(node),
        StreamSupport.stream(node.path("dirty-bitmaps").spliterator(), false)
            .map(DirtyBitmap::of)
            .flatMap(Optional::stream)
            .toList());
  }

  private static boolean keepsBitmaps(JsonNode node) {
    JsonNode format = node.path("image").path("format-specific").path("data");
    return node.path("drv").asText().equals("qcow2")
        && !node.path("ro").asBoolean()
        && !format.path("compat").asText().equals("0.10");
  }
}
