package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ekkofs.format.Sha256;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Layer;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleTest {
  private static final BackupId OWNER = BackupId.parse("ae8187f2-ff74-4915-99df-b5794e15ae90");

  private final List<SegmentEntry> entries = entries(new Random(3));

  private static List<SegmentEntry> entries(Random random) {
    return IntStream.range(0, 10_000)
        .mapToObj(
            n -> {
              byte[] content = new byte[10];
              random.nextBytes(content);
              Layer layer =
                  new Layer(new ChunkId(OWNER, new SegmentIndex(n)), BlockMask.first(1), 100);
              return new SegmentEntry(new SegmentIndex(n), Sha256.of(content), List.of(layer));
            })
        .toList();
  }

  private Set<SegmentEntry> chosen(long seed, int percent) {
    Sample sample = new Sample(seed, percent);
    return entries.stream().filter(sample::has).collect(Collectors.toSet());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 50, 99})
  void sampleIsAsLargeAsAskedFor(int percent) {
    assertThat(chosen(7, percent).size()).isBetween(100 * percent - 200, 100 * percent + 200);
  }

  @Test
  void allIsAllAndNothingIsNothing() {
    assertThat(chosen(7, 100)).hasSize(entries.size());
    assertThat(chosen(7, 0)).isEmpty();
  }

  @Test
  void sameSeedChoosesTheSameAndAnotherSeedOthers() {
    assertThat(chosen(7, 5)).isEqualTo(chosen(7, 5));
    Set<SegmentEntry> others = chosen(8, 5);
    others.retainAll(chosen(7, 5));
    assertThat(others.size()).isLessThan(100);
  }
}
