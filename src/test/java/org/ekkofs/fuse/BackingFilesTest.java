package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.ekkofs.vfs.LocalCopy;
import org.ekkofs.vfs.OpenFile;
import org.junit.jupiter.api.Test;

/** Which opens the kernel serves from a local copy. */
class BackingFilesTest {
  private static final long NODE = 7;

  private final RecordingKernel kernel = new RecordingKernel();
  private final BackingFiles files = new BackingFiles(kernel);

  private static final class RecordingKernel implements BackingFiles.Kernel {
    private boolean ready = true;
    private boolean refuses;
    private int last;
    private final List<Integer> registered = new ArrayList<>();

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public OptionalInt register(LocalCopy copy) {
      if (refuses) {
        return OptionalInt.empty();
      }
      registered.add(++last);
      return OptionalInt.of(last);
    }

    @Override
    public void unregister(int number) {
      assertThat(registered).contains(number);
      registered.remove(Integer.valueOf(number));
    }
  }

  private record File(boolean immutable, boolean copied) implements OpenFile {
    @Override
    public int read(long offset, ByteBuffer target) {
      return 0;
    }

    @Override
    public long seek(long offset, Seek what) {
      return 0;
    }

    @Override
    public Optional<LocalCopy> localCopy() {
      return copied ? Optional.of(new Copy()) : Optional.empty();
    }

    @Override
    public void close() {}
  }

  private record Copy() implements LocalCopy {
    @Override
    public Path path() {
      return Path.of("/copy");
    }

    @Override
    public boolean isIntact(Path opened) {
      return true;
    }
  }

  private static OpenFile copied() {
    return new File(true, true);
  }

  private static OpenFile uncopied() {
    return new File(true, false);
  }

  @Test
  void allOpensOfANodeHaveOneNumberUntilTheLastIsClosed() {
    int number = files.opened(NODE, copied());
    assertThat(number).isPositive();
    assertThat(files.opened(NODE, copied())).isEqualTo(number);
    files.closed(NODE);
    assertThat(kernel.registered).containsExactly(number);
    assertThat(files.opened(NODE, uncopied())).isEqualTo(number);
    files.closed(NODE);
    files.closed(NODE);
    assertThat(kernel.registered).isEmpty();
  }

  @Test
  void copyThatAppearsIsUsedOnceNobodyReadsFromUsAnyMore() {
    assertThat(files.opened(NODE, uncopied())).isEqualTo(BackingFiles.NONE);
    assertThat(files.opened(NODE, copied())).isEqualTo(BackingFiles.NONE);
    files.closed(NODE);
    assertThat(files.opened(NODE, copied())).isEqualTo(BackingFiles.NONE);
    files.closed(NODE);
    files.closed(NODE);
    assertThat(files.opened(NODE, copied())).isPositive();
  }

  @Test
  void copyThatIsGoneIsNoLongerUsedAfterTheLastClose() {
    files.opened(NODE, copied());
    files.closed(NODE);
    assertThat(files.opened(NODE, uncopied())).isEqualTo(BackingFiles.NONE);
  }

  @Test
  void nodesHaveNumbersOfTheirOwn() {
    assertThat(files.opened(1, copied())).isNotEqualTo(files.opened(2, copied()));
    files.closed(1);
    assertThat(kernel.registered).hasSize(1);
  }

  @Test
  void kernelThatRefusesMakesTheOpenOrdinary() {
    kernel.refuses = true;
    assertThat(files.opened(NODE, copied())).isEqualTo(BackingFiles.NONE);
    kernel.refuses = false;
    assertThat(files.opened(NODE, copied())).isEqualTo(BackingFiles.NONE);
    files.closed(NODE);
    files.closed(NODE);
    assertThat(files.opened(NODE, copied())).isPositive();
  }

  @Test
  void withoutPassthroughNothingIsAskedOrCounted() {
    kernel.ready = false;
    assertThat(files.opened(NODE, copied())).isEqualTo(BackingFiles.NONE);
    files.closed(NODE);
    assertThat(kernel.last).isZero();
  }

  @Test
  void filesThatChangeAreReadFromUs() {
    assertThat(files.opened(NODE, new File(false, true))).isEqualTo(BackingFiles.NONE);
    assertThat(kernel.last).isZero();
  }

  @Test
  void endTakesAllNumbersBackAndGivesNoMore() {
    files.opened(1, copied());
    files.opened(2, copied());
    files.end();
    assertThat(kernel.registered).isEmpty();
    assertThat(files.opened(3, copied())).isEqualTo(BackingFiles.NONE);
    files.closed(1);
    files.closed(2);
    files.closed(3);
    assertThat(kernel.last).isEqualTo(2);
  }

  /** The kernel's own rules, checked at every step of a random history. */
  @Test
  void noNodeIsEverOpenInTwoWays() {
    Random random = new Random(20261123);
    TreeMap<Long, List<Integer>> open = new TreeMap<>();
    for (int step = 0; step < 20_000; step++) {
      long node = random.nextInt(5);
      List<Integer> numbers = open.computeIfAbsent(node, any -> new ArrayList<>());
      kernel.refuses = random.nextInt(4) == 0;
      if (numbers.isEmpty() || (numbers.size() < 6 && random.nextBoolean())) {
        numbers.add(files.opened(node, random.nextBoolean() ? copied() : uncopied()));
      } else {
        numbers.remove(random.nextInt(numbers.size()));
        files.closed(node);
      }
      assertThat(numbers.stream().distinct()).hasSizeLessThanOrEqualTo(1);
    }
    List<Integer> used =
        open.values().stream().flatMap(List::stream).filter(n -> n > 0).distinct().toList();
    assertThat(kernel.registered).containsExactlyInAnyOrderElementsOf(used);
    assertThat(kernel.last).isGreaterThan(100);
  }
}
