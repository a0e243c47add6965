package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.CountingObjectStore.Call;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.RecordedProgress;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampledVerificationTest {
  private static final int SEGMENT = 256 << 10;
  private static final int SEGMENTS = 60;

  @TempDir Path dir;

  private final Random random = new Random(5);
  private final ModelDisk disk = ModelDisk.full(SEGMENTS * SEGMENT, random);
  private TestRepository web;
  private TrackedBackup first;

  @BeforeEach
  void takeOne() {
    web = TestRepository.create(dir, new SegmentSize(SEGMENT), Compression.DEFAULT);
    first = web.snapshot(disk, "first", "");
  }

  @AfterEach
  void close() {
    web.close();
  }

  private VerificationReport verify(int percent, long seed) {
    RecordedProgress progress = new RecordedProgress();
    VerificationReport report =
        new Verification(web.repository())
            .verify(
                new VerificationRequest(
                    Optional.empty(), Optional.empty(), percent, OptionalLong.of(seed), true),
                progress);
    assertThat(progress.isExact()).as(progress.tasks().toString()).isTrue();
    return report;
  }

  private Set<String> read(int percent, long seed) {
    web.counts().reset();
    assertThat(verify(percent, seed).problems()).isEmpty();
    return web.counts().ofChunks("get").stream().map(Call::key).collect(Collectors.toSet());
  }

  @Test
  void onlyTheSampleIsRead() {
    assertThat(read(20, 1).size()).isBetween(3, 25);
  }

  @Test
  void someSegmentIsReadOfEachBackupHoweverSmallTheSample() {
    ModelDisk other = ModelDisk.full(SEGMENT, random);
    TrackedBackup small = web.snapshot(other, "small", "");
    for (long seed = 0; seed < 5; seed++) {
      Set<String> read = read(1, seed);
      assertThat(read).anyMatch(key -> key.contains(first.id().toString()));
      assertThat(read).anyMatch(key -> key.contains(small.id().toString()));
    }
  }

  @Test
  void otherSeedsReadOtherSegments() {
    assertThat(read(10, 1)).isEqualTo(read(10, 1)).isNotEqualTo(read(10, 2));
    Set<String> all = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      all.addAll(read(20, seed));
    }
    assertThat(all.size()).isGreaterThan(SEGMENTS * 9 / 10);
  }

  @Test
  void whatBackupsShareIsReadOnce() {
    for (int n = 0; n < 5; n++) {
      web.snapshot(disk, "same" + n, n == 0 ? "first" : "same" + (n - 1));
    }
    web.counts().reset();
    verify(20, 3);
    assertThat(web.counts().ofChunks("get")).extracting(Call::key).doesNotHaveDuplicates();
  }

  @Test
  void damageIsFoundWhereTheSampleLooks() {
    ObjectKey key = web.tree().keys().chunk(new ChunkId(first.id(), new SegmentIndex(17)));
    byte[] object = web.memory().get(key, Integer.MAX_VALUE).orElseThrow();
    object[object.length - 1] ^= 1;
    web.memory().put(key, Body.of(object));
    int found = 0;
    for (long seed = 0; seed < 20; seed++) {
      found += verify(20, seed).problems().size();
    }
    assertThat(found).isBetween(1, 12);
  }

  @Test
  void allOfWhatIsMissingIsFoundWhateverTheSample() {
    List<ObjectKey> lost =
        List.of(
            web.tree().keys().chunk(new ChunkId(first.id(), new SegmentIndex(3))),
            web.tree().keys().chunk(new ChunkId(first.id(), new SegmentIndex(40))));
    web.memory().delete(lost);
    assertThat(verify(1, 9).problems()).hasSize(2);
  }
}
