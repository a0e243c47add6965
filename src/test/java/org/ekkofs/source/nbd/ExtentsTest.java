package org.ekkofs.source.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntPredicate;
import org.ekkofs.source.Changes;
import org.junit.jupiter.api.Test;

class ExtentsTest {
  private static final int GRAIN = 512;

  /** A disk of grains, told in answers of random lengths, now and then from before the offset. */
  private static final class Model implements Extents.Server {
    private final int grains;
    private final BitSet data = new BitSet();
    private final BitSet changed = new BitSet();
    private final Random random;
    private int asked;

    Model(int grains, Random random) {
      this.grains = grains;
      this.random = random;
      for (int grain = 0; grain < grains; grain++) {
        data.set(grain, random.nextInt(3) > 0);
        changed.set(grain, random.nextInt(10) == 0);
      }
    }

    long size() {
      return (long) grains * GRAIN;
    }

    @Override
    public Extents.Answer ask(long offset, long count) {
      asked++;
      return new Extents.Answer(runs(offset, data::get), runs(offset, changed::get));
    }

    private Optional<Runs> runs(long offset, IntPredicate holds) {
      int first = (int) (offset / GRAIN);
      int many = 1 + random.nextInt(40);
      int[] words = new int[2 * many];
      for (int word = 0; word < many; word++) {
        words[2 * word] = GRAIN;
        words[2 * word + 1] = holds.test(first + word) ? 1 : 0;
      }
      return Optional.of(Runs.of((long) first * GRAIN, size(), words, number -> number != 0));
    }

    long next(BitSet of, long offset, boolean wanted) {
      for (long at = offset; at < size(); at = (at / GRAIN + 1) * GRAIN) {
        if (of.get((int) (at / GRAIN)) == wanted) {
          return at;
        }
      }
      return size();
    }
  }

  @Test
  void answersAreThoseOfTheModelWhereverOneAsks() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      Model model = new Model(1 + random.nextInt(500), random);
      Extents extents = new Extents(model.size(), true, true, model);
      Changes changes = extents.changes().orElseThrow();
      for (int turn = 0; turn < 200; turn++) {
        long at = (long) (random.nextDouble() * model.size());
        long data = model.next(model.data, at, true);
        long changed = model.next(model.changed, at, true);
        assertThat(extents.nextData(at)).as("seed %d", seed).isEqualTo(data);
        assertThat(extents.nextHole(data)).isEqualTo(model.next(model.data, data, false));
        assertThat(changes.nextChanged(at)).isEqualTo(changed);
        assertThat(changes.nextUnchanged(changed))
            .isEqualTo(model.next(model.changed, changed, false));
      }
    }
  }

  @Test
  void goingThroughADiskAsksForEachPartOnce() {
    Model model = new Model(10_000, new Random(7));
    Extents extents = new Extents(model.size(), true, true, model);
    Changes changes = extents.changes().orElseThrow();
    for (long at = 0; at < model.size(); at += GRAIN) {
      extents.nextData(at);
      changes.nextChanged(at);
    }
    assertThat(model.asked).isLessThan(4 * 10_000 / 20);
  }

  @Test
  void aLongStretchIsLookedForOnce() {
    Model model = new Model(20_000, new Random(8));
    model.changed.clear();
    Extents extents = new Extents(model.size(), true, true, model);
    Changes changes = extents.changes().orElseThrow();
    assertThat(changes.nextChanged(0)).isEqualTo(model.size());
    int asked = model.asked;
    for (long at = 0; at < model.size(); at += GRAIN) {
      assertThat(changes.nextChanged(at)).isEqualTo(model.size());
    }
    assertThat(model.asked).isEqualTo(asked);
  }

  @Test
  void depthsCountFromTheTop() {
    ChangeContext two = new ChangeContext.AllocationDepth(2);
    assertThat(two.isChanged(0)).isFalse();
    assertThat(two.isChanged(1)).isTrue();
    assertThat(two.isChanged(2)).isTrue();
    assertThat(two.isChanged(3)).isFalse();
    assertThat(two.isChanged(-1)).isFalse();
  }

  @Test
  void whatTheLibrarySaysIsOneLineWithoutItsFunctions() {
    assertThat(LibNbd.words("nbd_pread: read: \u001b[31mno\nway ")).isEqualTo("read: [31mno way");
    assertThat(LibNbd.nativeName("aioConnectUri")).isEqualTo("nbd_aio_connect_uri");
  }
}
