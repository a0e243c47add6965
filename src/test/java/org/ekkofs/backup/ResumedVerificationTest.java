package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.ekkofs.backup.VerificationReport.Range;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.HandClock;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.RecordedProgress;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verifications that are stopped, and others that go on from there. */
class ResumedVerificationTest {
  private static final int SEGMENT = SegmentSize.DEFAULT.bytes();
  private static final int SEGMENTS = 20;

  @TempDir Path dir;

  private final HandClock clock = new HandClock();
  private final Random random = new Random(8);
  private TestRepository web;
  private TrackedBackup first;
  private int stopAfter = Integer.MAX_VALUE;

  @BeforeEach
  void takeThree() {
    TestRepository maker = TestRepository.create(dir.resolve("maker"));
    first = maker.snapshot(ModelDisk.full(SEGMENTS * SEGMENT, random), "first", "");
    maker.snapshot(ModelDisk.full(SEGMENTS * SEGMENT, random), "second", "");
    maker.snapshot(ModelDisk.full(SEGMENTS * SEGMENT, random), "third", "");
    web =
        maker.another(
            dir.resolve("verifier"),
            new Surroundings(
                clock,
                Host.current(),
                point -> {
                  if (point == CrashPoint.BETWEEN_SEGMENTS && --stopAfter == 0) {
                    throw new CancelledException("stopped");
                  }
                }));
    maker.close();
  }

  @AfterEach
  void close() {
    web.close();
  }

  private static VerificationRequest request(int percent, boolean restart) {
    return new VerificationRequest(
        Optional.empty(), Optional.empty(), percent, OptionalLong.empty(), restart);
  }

  private VerificationReport verify(VerificationRequest request) {
    web.counts().reset();
    RecordedProgress progress = new RecordedProgress();
    VerificationReport report = new Verification(web.repository()).verify(request, progress);
    assertThat(progress.isExact()).as(progress.tasks().toString()).isTrue();
    return report;
  }

  private void stopAfter(int segments) {
    stopAfter = segments;
    assertThatThrownBy(() -> verify(request(100, false))).isInstanceOf(CancelledException.class);
    stopAfter = Integer.MAX_VALUE;
  }

  private int chunksRead() {
    return web.counts().ofChunks("get").size();
  }

  private void damage(TrackedBackup owner, long segment) {
    ObjectKey key = web.tree().keys().chunk(new ChunkId(owner.id(), new SegmentIndex(segment)));
    byte[] object = web.memory().get(key, Integer.MAX_VALUE).orElseThrow();
    object[object.length - 1] ^= 1;
    web.memory().put(key, Body.of(object));
  }

  @Test
  void itGoesOnInTheMiddleOfABackup() {
    stopAfter(SEGMENTS + 7);
    VerificationReport report = verify(request(100, false));
    assertThat(report.resumed()).contains(clock.instant());
    assertThat(chunksRead()).isEqualTo(2 * SEGMENTS - 7);
    assertThat(report.backups()).isEqualTo(3);
    assertThat(report.chunks()).isEqualTo(3 * SEGMENTS);
    assertThat(report.readBytes()).isGreaterThanOrEqualTo(3L * SEGMENTS * SEGMENT);
    assertThat(web.tree().visible()).allMatch(backup -> backup.verdict().isPresent());
  }

  @Test
  void itCanBeInterruptedAgainAndAgain() {
    for (int n = 0; n < 5; n++) {
      stopAfter(9);
    }
    verify(request(100, false));
    assertThat(chunksRead()).isEqualTo(3 * SEGMENTS - 45);
  }

  @Test
  void whatIsCompleteIsNotGoneOnWith() {
    verify(request(100, false));
    VerificationReport again = verify(request(100, false));
    assertThat(again.resumed()).isEmpty();
    assertThat(chunksRead()).isEqualTo(3 * SEGMENTS);
  }

  @Test
  void damageFoundBeforeTheInterruptionIsReported() {
    damage(first, 3);
    damage(first, 5);
    damage(web.tree().find(new BackupName("second")), 2);
    stopAfter(SEGMENTS + 7);
    assertThat(verify(request(100, false)).problems())
        .extracting(p -> p.backup().name().value() + p.range().orElseThrow())
        .containsExactly(
            "first" + new Range(3L * SEGMENT, 4L * SEGMENT),
            "first" + new Range(5L * SEGMENT, 6L * SEGMENT),
            "second" + new Range(2L * SEGMENT, 3L * SEGMENT));
    assertThat(web.tree().find(new BackupName("second")).verdict().orElseThrow().sound()).isFalse();
  }

  @Test
  void restartBeginsAnew() {
    stopAfter(SEGMENTS + 7);
    VerificationReport report = verify(request(100, true));
    assertThat(report.resumed()).isEmpty();
    assertThat(chunksRead()).isEqualTo(3 * SEGMENTS);
  }

  @Test
  void anotherKindBeginsAnew() {
    stopAfter(SEGMENTS + 7);
    assertThat(verify(request(99, false)).resumed()).isEmpty();
    assertThat(verify(request(100, false)).resumed()).isPresent();
  }

  @Test
  void whatBeganMoreThanAWeekAgoIsForgotten() {
    stopAfter(SEGMENTS + 7);
    clock.advance(Duration.ofDays(7).plusSeconds(1));
    assertThat(verify(request(100, false)).resumed()).isEmpty();
  }

  @Test
  void sampleIsTheSameAfterAnInterruption() {
    stopAfter = 1;
    VerificationRequest sample = request(50, false);
    assertThatThrownBy(() -> verify(sample)).isInstanceOf(CancelledException.class);
    int before = chunksRead();
    stopAfter = Integer.MAX_VALUE;
    clock.advance(Duration.ofHours(3));
    VerificationReport report = verify(sample);
    assertThat(report.resumed()).isPresent();
    assertThat(before).isGreaterThan(0);
    assertThat(report.readBytes()).isLessThan(2L * SEGMENTS * SEGMENT + 10L * SEGMENT);
  }

  @Test
  void backupsTakenMeanwhileAreVerifiedToo() {
    stopAfter(SEGMENTS + 7);
    web.snapshot(ModelDisk.full(SEGMENT, random), "fourth", "");
    web.tree().delete(new BackupName("third"));
    assertThat(verify(request(100, false)).backups()).isEqualTo(3);
    assertThat(chunksRead()).isEqualTo(SEGMENTS - 7 + 1);
  }

  @Test
  void whatIsTornAtItsEndIsGoneOnWith() throws IOException {
    stopAfter(SEGMENTS + 7);
    Path journal = journal();
    String whole = Files.readString(journal);
    Files.writeString(journal, whole.substring(0, whole.lastIndexOf("at ") + 9));
    assertThat(verify(request(100, false)).resumed()).isPresent();
    assertThat(chunksRead()).isEqualTo(2 * SEGMENTS);
  }

  @Test
  void whatIsNoJournalIsReplaced() throws IOException {
    stopAfter(SEGMENTS + 7);
    for (byte[] content :
        List.of(
            new byte[0],
            new byte[1000],
            "ekkofs-verification-1 x y z\n".getBytes(StandardCharsets.UTF_8))) {
      Files.write(journal(), content);
      assertThat(verify(request(100, false)).resumed()).isEmpty();
      stopAfter(3);
    }
    Files.write(journal(), new byte[] {-1, -2, '\n', 'a', 't'}, StandardOpenOption.APPEND);
    assertThat(verify(request(100, false)).allIsWell()).isTrue();
  }

  private Path journal() throws IOException {
    Path folder = web.repository().local().verifications(web.repository().descriptor().id());
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".journal")).findFirst().orElseThrow();
    }
  }
}
