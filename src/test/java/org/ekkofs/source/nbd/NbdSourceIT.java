package org.ekkofs.source.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.source.Changes;
import org.ekkofs.source.qemu.QemuNbd;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.QemuImage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images as QEMU's own server shows them. */
class NbdSourceIT {
  private static final int MIB = 1 << 20;

  @TempDir Path dir;

  @BeforeAll
  static void installed() {
    QemuImage.assumeInstalled();
  }

  /** What a test does with a source. */
  private interface Use {
    void of(NbdSource source) throws Exception;
  }

  private static void serve(List<String> words, Optional<ChangeContext> context, Use use)
      throws Exception {
    try (QemuNbd server = QemuNbd.start("the image", words);
        NbdSource source = NbdSource.open(server.export(), context)) {
      use.of(source);
    }
  }

  private static void serve(QemuImage image, Use use) throws Exception {
    serve(image.words(), Optional.empty(), use);
  }

  private QemuImage randomImage(String format, int size, int seed) throws IOException {
    Path raw = dir.resolve("raw" + seed);
    Files.write(raw, ModelDisk.random(size, new Random(seed)).bytes());
    return QemuImage.convert(raw, dir.resolve("image" + seed), format);
  }

  private static byte[] all(NbdSource source) {
    ByteBuffer target = ByteBuffer.allocate((int) source.size());
    source.read(0, target);
    return target.array();
  }

  /** Pairs of where something begins and ends. */
  private static List<Long> runs(long size, LongUnaryOperator begin, LongUnaryOperator end) {
    List<Long> runs = new ArrayList<>();
    for (long at = begin.applyAsLong(0);
        at < size;
        at = begin.applyAsLong(runs.get(runs.size() - 1))) {
      runs.add(at);
      runs.add(end.applyAsLong(at));
    }
    return runs;
  }

  private static List<Long> data(NbdSource source) {
    return runs(source.size(), source::nextData, source::nextHole);
  }

  private static List<Long> changed(NbdSource source) {
    Changes changes = source.changes().orElseThrow();
    return runs(source.size(), changes::nextChanged, changes::nextUnchanged);
  }

  private static Optional<ChangeContext> depth(int layers) {
    return Optional.of(new ChangeContext.AllocationDepth(layers));
  }

  @ParameterizedTest
  @ValueSource(strings = {"qcow2", "vmdk", "vdi", "vhdx", "qed", "raw"})
  void everyByteIsTheImages(String format) throws Exception {
    QemuImage image = randomImage(format, 5_000_001, 1);
    byte[] bytes = image.bytes();
    serve(
        image,
        source -> {
          assertThat(source.size()).isEqualTo(bytes.length).isGreaterThanOrEqualTo(5_000_001);
          assertThat(all(source)).isEqualTo(bytes);
          Random random = new Random(2);
          for (int turn = 0; turn < 50; turn++) {
            int from = random.nextInt(bytes.length);
            int length = random.nextInt(bytes.length - from + 1);
            ByteBuffer direct = ByteBuffer.allocateDirect(length + 7).position(3).limit(3 + length);
            source.read(from, direct);
            assertThat(direct.flip().position(3))
                .as("%d bytes at %d", length, from)
                .isEqualTo(ByteBuffer.wrap(bytes, from, length));
          }
        });
  }

  @Test
  void onlyWhatMayHoldDataIsSaidToDoSo() throws Exception {
    QemuImage image = randomImage("qcow2", 12 * MIB + 512, 3);
    byte[] bytes = image.bytes();
    serve(
        image,
        source -> {
          byte[] gathered = new byte[bytes.length];
          List<Long> runs = data(source);
          for (int run = 0; run < runs.size(); run += 2) {
            int from = runs.get(run).intValue();
            int to = runs.get(run + 1).intValue();
            source.read(from, ByteBuffer.wrap(gathered, from, to - from));
          }
          assertThat(gathered).isEqualTo(bytes);
          assertThat(runs).hasSizeGreaterThan(4);
        });
  }

  @Test
  void neitherHolesNorClustersOfZerosAreData() throws Exception {
    QemuImage image =
        QemuImage.create(dir.resolve("zeros"), "qcow2", "9M")
            .io("write -P 1 0 3M", "write -z 1M 512k", "discard 2M 512k", "write -P 2 8M 64k");
    serve(
        image,
        source -> {
          long k = 1024;
          assertThat(data(source))
              .containsExactly(
                  0L, 1024 * k, 1536 * k, 2048 * k, 2560 * k, 3072 * k, 8192 * k, 8256 * k);
          assertThat(source.nextData(5 * MIB + 7)).isEqualTo(8 * MIB);
          assertThat(source.nextData(8 * MIB + 7)).isEqualTo(8 * MIB + 7);
          assertThat(source.nextHole(17)).isEqualTo(MIB);
          assertThat(source.nextData(source.size())).isEqualTo(source.size());
          assertThat(source.changes()).isEmpty();
        });
  }

  @Test
  void dirtyIsWhatWasWrittenZeroedOrDiscarded() throws Exception {
    QemuImage image =
        QemuImage.create(dir.resolve("dirty"), "qcow2", "9M")
            .io("write -P 1 0 6M")
            .bitmap("b0")
            .io("write -P 2 1M 64k", "write -z 2M 64k", "discard 3M 64k");
    serve(
        image.words("-B", "b0"),
        Optional.of(new ChangeContext.DirtyBitmap("b0")),
        source -> {
          long c = 65536;
          assertThat(changed(source))
              .containsExactly(16 * c, 17 * c, 32 * c, 33 * c, 48 * c, 49 * c);
          assertThat(data(source)).startsWith(0L, 32 * c, 33 * c);
        });
  }

  @Test
  void theUppermostLayersOfAChainAreWhatHasChanged() throws Exception {
    QemuImage base = QemuImage.create(dir.resolve("base"), "raw", "4M").io("write -P 1 0 4M");
    QemuImage middle = base.overlay(dir.resolve("middle")).io("write -P 2 1M 64k");
    QemuImage top = middle.overlay(dir.resolve("top")).io("write -P 3 2M 64k", "write -z 3M 64k");
    serve(
        top.words("-A"),
        depth(1),
        source ->
            assertThat(changed(source))
                .containsExactly(2L * MIB, 2L * MIB + 65536, 3L * MIB, 3L * MIB + 65536));
    serve(
        top.words("-A"),
        depth(2),
        source -> assertThat(changed(source)).startsWith((long) MIB, MIB + 65536L, 2L * MIB));
    serve(
        top.words("-A"),
        depth(3),
        source -> assertThat(changed(source)).containsExactly(0L, 4L * MIB));
  }

  @Test
  void aContextThatTheServerDoesNotKnowLeavesChangesUnknown() throws Exception {
    QemuImage image = randomImage("qcow2", MIB, 4);
    serve(
        image.words(),
        depth(1),
        source -> {
          assertThat(source.changes()).isEmpty();
          assertThat(all(source)).isEqualTo(image.bytes());
        });
  }

  @Test
  void tensOfThousandsOfExtentsAreTold() throws Exception {
    byte[] bytes = new byte[20 * MIB];
    for (int at = 0; at < bytes.length; at += 1024) {
      Arrays.fill(bytes, at, at + 512, (byte) 5);
    }
    Path raw = Files.write(dir.resolve("comb.raw"), bytes);
    QemuImage image =
        QemuImage.convert(raw, dir.resolve("comb"), "qcow2", "-S", "512", "-o", "cluster_size=512");
    serve(
        image.words("-A"),
        depth(1),
        source -> {
          List<Long> data = data(source);
          assertThat(data)
              .isEqualTo(LongStream.range(0, bytes.length / 512).mapToObj(at -> at * 512).toList());
          assertThat(changed(source)).isEqualTo(data);
        });
  }

  @Test
  void manyThreadsReadAtOnce() throws Exception {
    QemuImage image = randomImage("qcow2", 24 * MIB, 5);
    byte[] bytes = image.bytes();
    serve(
        image,
        source -> {
          assertThat(source.parallelism()).isGreaterThan(1);
          ExecutorService threads = Executors.newFixedThreadPool(8);
          List<Future<?>> readers = new ArrayList<>();
          for (int seed = 0; seed < 8; seed++) {
            Random random = new Random(seed);
            readers.add(threads.submit(() -> readAtRandom(source, bytes, random)));
          }
          for (Future<?> reader : readers) {
            reader.get();
          }
          threads.shutdown();
        });
  }

  private static void readAtRandom(NbdSource source, byte[] bytes, Random random) {
    for (int turn = 0; turn < 30; turn++) {
      int from = random.nextInt(bytes.length);
      ByteBuffer target =
          ByteBuffer.allocate(Math.min(bytes.length - from, random.nextInt(3 * MIB)));
      source.read(from, target);
      assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(bytes, from, target.limit()));
      long data = source.nextData(from);
      assertThat(data).isGreaterThanOrEqualTo(from);
      assertThat(source.nextHole(data)).isGreaterThanOrEqualTo(data);
    }
  }

  @Test
  void twoSourcesDoNotDisturbEachOther() throws Exception {
    QemuImage one = randomImage("qcow2", 2 * MIB, 6);
    QemuImage two = randomImage("vmdk", 3 * MIB, 7);
    serve(
        one,
        first ->
            serve(
                two,
                second -> {
                  assertThat(all(second)).isEqualTo(two.bytes());
                  assertThat(all(first)).isEqualTo(one.bytes());
                }));
  }

  @Test
  void anExportIsFoundByItsUri() throws Exception {
    QemuImage image = randomImage("qcow2", MIB, 8);
    try (QemuNbd server = QemuNbd.start("the image", image.words())) {
      Path socket = ((NbdExport.Socket) server.export()).path();
      String uri = "nbd+unix:///?socket=" + socket;
      try (NbdSource source = NbdSource.open(new NbdExport.Uri(uri), Optional.empty())) {
        assertThat(source.description()).isEqualTo(uri);
        assertThat(all(source)).isEqualTo(image.bytes());
      }
      String other = "nbd+unix:///nope?socket=" + socket;
      assertThatThrownBy(() -> NbdSource.open(new NbdExport.Uri(other), Optional.empty()))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining(other + " cannot be opened:")
          .hasMessageContaining("nope");
    }
  }

  @Test
  void nothingIsReadAfterClosing() throws Exception {
    QemuImage image = randomImage("qcow2", MIB, 9);
    serve(
        image,
        source -> {
          source.close();
          assertThatThrownBy(() -> all(source))
              .isInstanceOf(FailedException.class)
              .hasMessageContaining("the image was closed");
          source.close();
        });
  }
}
