package org.ekkofs.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SegmentEntryTest {
  private static final Digest DIGEST = Digest.of(new byte[32]);

  private static Layer layer(long bits) {
    ChunkId chunk = new ChunkId(new BackupId(new UUID(1, bits)), new SegmentIndex(3));
    return new Layer(chunk, new BlockMask(bits), 100);
  }

  private static SegmentEntry entry(Layer... layers) {
    return new SegmentEntry(new SegmentIndex(3), DIGEST, List.of(layers));
  }

  @Test
  void blocksAreThoseOfAllLayers() {
    assertThat(entry(layer(1), layer(1L << 63)).blocks()).isEqualTo(new BlockMask(1 | 1L << 63));
  }

  @Test
  void eightLayersAreTheMost() {
    List<Layer> nine = IntStream.range(0, 9).mapToObj(n -> layer(1L << n)).toList();
    assertThat(entry(nine.subList(0, 8).toArray(Layer[]::new)).layers()).hasSize(8);
    assertThatThrownBy(() -> entry(nine.toArray(Layer[]::new)))
        .isInstanceOf(CorruptException.class);
  }

  @Test
  void aSegmentOfNoLayersHasNoEntry() {
    assertThatThrownBy(SegmentEntryTest::entry).isInstanceOf(CorruptException.class);
  }

  @Test
  void layersHaveBlocksAndShareNone() {
    assertThatThrownBy(() -> entry(layer(0))).isInstanceOf(CorruptException.class);
    assertThatThrownBy(() -> entry(layer(6), layer(12))).isInstanceOf(CorruptException.class);
    assertThatThrownBy(() -> entry(layer(-1), layer(1L << 63)))
        .isInstanceOf(CorruptException.class);
  }

  @Test
  void keepsACopyOfTheLayers() {
    List<Layer> layers = new ArrayList<>(List.of(layer(1)));
    SegmentEntry entry = new SegmentEntry(new SegmentIndex(3), DIGEST, layers);
    layers.clear();
    assertThat(entry.layers()).hasSize(1);
  }
}
