package org.ekkofs.source.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.source.Changes;
import org.ekkofs.testing.QemuImage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that hang, lie, hang up or speak something else. */
@Timeout(30)
class NbdServerTroubleIT {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Optional<ChangeContext> BITMAP =
      Optional.of(new ChangeContext.DirtyBitmap("b"));

  @TempDir Path dir;

  @BeforeAll
  static void installed() {
    QemuImage.assumeLibNbd();
  }

  private Path socket() {
    return dir.resolve("s");
  }

  private static NbdSource open(FakeNbdServer server) {
    return NbdSource.open(server.export(), BITMAP, SHORT);
  }

  private static void refuses(FakeNbdServer server, String words) throws IOException {
    try (server) {
      assertThatThrownBy(() -> open(server))
          .isInstanceOf(FailedException.class)
          .hasMessageStartingWith("the fake")
          .hasMessageContaining(words)
          .hasMessageNotContaining("\n");
    }
  }

  private static byte[] all(NbdSource source) {
    ByteBuffer target = ByteBuffer.allocate((int) source.size());
    source.read(0, target);
    return target.array();
  }

  private static byte[] content(long size) {
    byte[] content = new byte[(int) size];
    for (int at = 0; at < content.length; at++) {
      content[at] = FakeNbdServer.content(at);
    }
    return content;
  }

  @Test
  void anHonestServerIsRead() throws IOException {
    try (FakeNbdServer server = new FakeNbdServer(socket());
        NbdSource source = open(server)) {
      assertThat(all(source)).isEqualTo(content(1 << 20));
      assertThat(source.nextHole(source.nextData(0))).isEqualTo(source.size());
      assertThat(source.changes().map(changes -> changes.nextChanged(0))).contains(source.size());
    }
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() throws IOException {
    refuses(
        new FakeNbdServer(socket()) {
          @Override
          void greet(DataOutputStream out) throws IOException {
            hang();
          }
        },
        "has said nothing for 1 s");
  }

  @Test
  void waitingForASilentServerCanBeInterrupted() throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    FakeNbdServer silent =
        new FakeNbdServer(socket()) {
          @Override
          void greet(DataOutputStream out) throws IOException {
            connected.countDown();
            hang();
          }
        };
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread opener =
        new Thread(
            () -> {
              try (NbdSource source = NbdSource.open(silent.export(), BITMAP)) {
                failure.set(new AssertionError("opened " + source.size()));
              } catch (RuntimeException e) {
                failure.set(e);
              }
            });
    try (silent) {
      opener.start();
      connected.await();
      opener.interrupt();
      opener.join();
    }
    assertThat(failure.get()).isInstanceOf(CancelledException.class);
  }

  private static void hang() throws IOException {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void garbageIsNoGreeting() throws IOException {
    refuses(
        new FakeNbdServer(socket()) {
          @Override
          void greet(DataOutputStream out) throws IOException {
            out.write(new byte[1000]);
            out.flush();
          }
        },
        "magic");
  }

  @Test
  void whatIsNotThereIsNotFound() throws IOException {
    assertThatThrownBy(
            () -> NbdSource.open(new NbdExport.Socket("it", dir.resolve("none"), ""), BITMAP))
        .isInstanceOf(NotFoundException.class)
        .hasMessageStartingWith("it cannot be opened: ");
    try (FakeNbdServer server = new FakeNbdServer(socket())) {
      Path there = ((NbdExport.Socket) server.export()).path();
      NbdExport other = new NbdExport.Socket("it", there, "other\u001b[1m");
      assertThatThrownBy(() -> NbdSource.open(other, BITMAP))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining("other [1m");
    }
  }

  @Test
  void aNameOfNonsenseIsRefused() {
    assertThatThrownBy(() -> NbdSource.open(new NbdExport.Uri("http://x/"), BITMAP))
        .isInstanceOf(FailedException.class)
        .hasMessageStartingWith("http://x/ cannot be opened: ");
  }

  @Test
  void withoutContextsEverythingMayHoldData() throws IOException {
    FakeNbdServer plain =
        new FakeNbdServer(socket()) {
          @Override
          List<String> contexts() {
            return List.of();
          }
        };
    try (plain;
        NbdSource source = open(plain)) {
      assertThat(source.changes()).isEmpty();
      assertThat(source.nextData(17)).isEqualTo(17);
      assertThat(source.nextHole(17)).isEqualTo(source.size());
      assertThat(source.nextData(source.size() + 1)).isEqualTo(source.size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void extentsThatMakeNoSenseFail(int lie) throws IOException {
    FakeNbdServer liar =
        new FakeNbdServer(socket()) {
          @Override
          int[] extents(String context, long offset, long length) {
            return switch (lie) {
              case 0 -> new int[] {0, 0};
              case 1 -> new int[] {4096, 0, 0, 1};
              default -> new int[] {};
            };
          }
        };
    try (liar;
        NbdSource source = open(liar)) {
      assertThatThrownBy(() -> source.nextHole(0)).isInstanceOf(FailedException.class);
    }
  }

  @Test
  void extentsBeyondTheEndAreCut() throws IOException {
    FakeNbdServer boaster =
        new FakeNbdServer(socket()) {
          @Override
          int[] extents(String context, long offset, long length) {
            return new int[] {4096, 0, -1, 3, -1, 0};
          }
        };
    try (boaster;
        NbdSource source = open(boaster)) {
      assertThat(source.nextHole(0)).isEqualTo(4096);
      assertThat(source.nextData(4096)).isEqualTo(source.size());
      Changes changes = source.changes().orElseThrow();
      assertThat(changes.nextChanged(0)).isEqualTo(4096);
      assertThat(changes.nextUnchanged(4096)).isEqualTo(source.size());
    }
  }

  @Test
  void answersThatAreShortAreAskedOn() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    FakeNbdServer terse =
        new FakeNbdServer(socket()) {
          @Override
          int[] extents(String context, long offset, long length) {
            asked.incrementAndGet();
            return new int[] {64 << 10, offset < (512 << 10) ? 2 : 0};
          }
        };
    try (terse;
        NbdSource source = open(terse)) {
      assertThat(source.nextData(0)).isEqualTo(512 << 10);
      int before = asked.get();
      assertThat(source.nextData(70_000)).isEqualTo(512 << 10);
      assertThat(asked).as("what is known is not asked again").hasValue(before);
      assertThat(source.nextHole(source.nextData(0))).isEqualTo(source.size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 512, 4096})
  void requestsFitTheBlocksOfTheServer(int block) throws IOException {
    FakeNbdServer picky =
        new FakeNbdServer(socket()) {
          @Override
          int[] blocks() {
            return new int[] {block, 4096, 32 << 10};
          }

          @Override
          void read(DataOutputStream out, long cookie, long offset, int length) throws IOException {
            if (offset % block != 0 || length % block != 0 || length > 32 << 10) {
              throw new IOException("hang up");
            }
            super.read(out, cookie, offset, length);
          }
        };
    try (picky;
        NbdSource source = open(picky)) {
      byte[] expected = content(source.size());
      assertThat(all(source)).isEqualTo(expected);
      ByteBuffer direct = ByteBuffer.allocateDirect(100_001);
      source.read(4097, direct);
      assertThat(direct.flip()).isEqualTo(ByteBuffer.wrap(expected, 4097, 100_001));
    }
  }

  @Test
  void aDiskOfAnOddSizeIsReadToItsLastByte() throws IOException {
    FakeNbdServer odd =
        new FakeNbdServer(socket()) {
          @Override
          long size() {
            return 1_000_003;
          }
        };
    try (odd;
        NbdSource source = open(odd)) {
      assertThat(all(source)).isEqualTo(content(1_000_003));
      assertThat(source.nextHole(999_999)).isEqualTo(1_000_003);
    }
  }

  @Test
  void anErrorOfTheServerFailsThatReadOnly() throws IOException {
    FakeNbdServer scratched =
        new FakeNbdServer(socket()) {
          @Override
          void read(DataOutputStream out, long cookie, long offset, int length) throws IOException {
            if (offset == 4096) {
              chunk(out, cookie, 0x8001, new byte[] {0, 0, 0, 5, 0, 0});
            } else {
              super.read(out, cookie, offset, length);
            }
          }
        };
    try (scratched;
        NbdSource source = open(scratched)) {
      assertThatThrownBy(() -> source.read(4096, ByteBuffer.allocate(10)))
          .isInstanceOf(FailedException.class)
          .hasMessageStartingWith("the fake cannot be read at byte 4096: ");
      source.read(0, ByteBuffer.allocate(10));
    }
  }

  /** Answers no read. */
  private FakeNbdServer mute(CountDownLatch asked) throws IOException {
    return new FakeNbdServer(socket()) {
      @Override
      void read(DataOutputStream out, long cookie, long offset, int length) {
        asked.countDown();
      }
    };
  }

  /** What a read of a thread of its own ends with, after something was done while it waited. */
  private Throwable blockedRead(int reads, BiConsumer<NbdSource, Thread> act) throws Exception {
    CountDownLatch asked = new CountDownLatch(reads);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (FakeNbdServer server = mute(asked);
        NbdSource source = open(server)) {
      Thread[] readers = new Thread[reads];
      for (int reader = 0; reader < reads; reader++) {
        readers[reader] =
            new Thread(
                () -> {
                  try {
                    source.read(0, ByteBuffer.allocate(4096));
                  } catch (RuntimeException e) {
                    failure.set(e);
                  }
                });
        readers[reader].start();
      }
      asked.await();
      act.accept(source, readers[0]);
      for (Thread reader : readers) {
        reader.join();
      }
    }
    return failure.get();
  }

  @Test
  void closingFreesWhoWaitsForAServerThatHangs() throws Exception {
    assertThat(blockedRead(3, (source, reader) -> source.close()))
        .isInstanceOf(FailedException.class)
        .hasMessage("the fake was closed while it was read");
  }

  @Test
  void anInterruptFreesWhoWaitsForAServerThatHangs() throws Exception {
    assertThat(blockedRead(1, (source, reader) -> reader.interrupt()))
        .isInstanceOf(CancelledException.class)
        .hasMessage("reading the fake was interrupted");
  }

  @Test
  void aServerThatHangsUpFailsWhoReads() throws Exception {
    try (FakeNbdServer server =
            new FakeNbdServer(socket()) {
              @Override
              void read(DataOutputStream out, long cookie, long offset, int length)
                  throws IOException {
                throw new IOException("hang up");
              }
            };
        NbdSource source = open(server)) {
      assertThatThrownBy(() -> source.read(0, ByteBuffer.allocate(4096)))
          .isInstanceOf(FailedException.class)
          .hasMessageStartingWith("the fake cannot be read at byte 0: ");
      assertThatThrownBy(() -> source.read(0, ByteBuffer.allocate(4096)))
          .hasMessage("the connection to the fake was lost");
    }
  }

  @Test
  void aSecondConnectionToAnotherDiskIsRefused() throws Exception {
    AtomicInteger disks = new AtomicInteger();
    CountDownLatch asked = new CountDownLatch(1);
    FakeNbdServer swapped =
        new FakeNbdServer(socket()) {
          @Override
          long size() {
            return 1 << (20 + disks.getAndIncrement());
          }

          @Override
          void read(DataOutputStream out, long cookie, long offset, int length) {
            asked.countDown();
          }
        };
    Thread first;
    try (swapped;
        NbdSource source = open(swapped)) {
      first =
          new Thread(
              () ->
                  assertThatThrownBy(() -> source.read(0, ByteBuffer.allocate(1)))
                      .isInstanceOf(FailedException.class));
      first.start();
      asked.await();
      assertThatThrownBy(() -> source.read(0, ByteBuffer.allocate(1)))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("the fake");
    }
    first.join();
  }
}
