package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.ekkofs.endtoend.Readers.Tally;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.FuseLibrary;
import org.ekkofs.testing.SeededDisk;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many who read many backups at random through a cache that is far too small, while backups come,
 * go and come back. {@code -Dekkofs.stress.seconds=60} says how long, for each binding.
 */
class StressIT {
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("ekkofs.stress.seconds", 8));
  private static final int READERS = 64;
  private static final int LINES = 5;
  private static final int GENERATIONS = 4;
  private static final int MOST_BACKUPS = 60;
  private static final long DISK_BYTES = (32L << 20) + 12_345;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"fuse3", "fuse2"})
  void everyByteIsRightWhileBackupsComeAndGo(String binding) throws Exception {
    FuseLibrary.require(binding);
    try (SeededRepository repository = new SeededRepository(folder, SegmentSize.DEFAULT);
        ServedMount mount = mount(repository, binding)) {
      Churn churn = new Churn(repository, mount, takeLines(repository));
      mount.control("refresh", "refresh");
      Tally tally = read(repository, mount, churn);
      System.out.println(binding + ": " + tally);
      assertThat(tally.failed()).as("%s: %s", tally, mount.lastWords()).isZero();
      assertThat(tally.reads()).as("%s", tally).isGreaterThan(READERS);
      assertThat(churn.mayBeAbsent).containsAll(tally.absent());
      mount.end();
    }
  }

  private ServedMount mount(SeededRepository repository, String binding) throws IOException {
    return ServedMount.start(
        new Ekkofs(repository.path(), folder.resolve("scratch")),
        folder.resolve("mnt"),
        new ServedMount.Settings(
            "",
            "192m",
            List.of("binding=" + binding, "refresh=1", "cache_size=8M"),
            TIME.plusMinutes(2)));
  }

  /** These stay; what comes and goes is taken relative to them. */
  private static List<String> takeLines(SeededRepository repository) {
    List<String> names = new ArrayList<>();
    for (int line = 0; line < LINES; line++) {
      repository.take("line%d-0".formatted(line), SeededDisk.of(1000L * line, DISK_BYTES));
      names.add("line%d-0".formatted(line));
      for (int generation = 1; generation < GENERATIONS; generation++) {
        String name = "line%d-%d".formatted(line, generation);
        repository.takeNext(name, names.get(names.size() - 1));
        names.add(name);
      }
    }
    return names;
  }

  private static Tally read(SeededRepository repository, ServedMount mount, Churn churn)
      throws Exception {
    try (Readers readers = Readers.start(READERS, 1, repository.disks(), mount::raw)) {
      long end = System.nanoTime() + TIME.toNanos();
      while (System.nanoTime() < end && readers.going()) {
        churn.step();
        readers.goOn(Duration.ofMillis(100));
      }
      return readers.stop();
    }
  }

  /** What comes and goes, by way of the mount and by another host's hand. */
  private static final class Churn {
    private final SeededRepository repository;
    private final ServedMount mount;
    private final List<String> parents;
    private final Random random = new Random(2);
    private final TreeSet<String> visible = new TreeSet<>();
    private final TreeSet<String> hidden = new TreeSet<>();
    private final TreeSet<String> mayBeAbsent = new TreeSet<>();
    private int steps;

    Churn(SeededRepository repository, ServedMount mount, List<String> parents) {
      this.repository = repository;
      this.mount = mount;
      this.parents = parents;
    }

    void step() throws IOException {
      steps++;
      int die = random.nextInt(4);
      if (die == 0 && !visible.isEmpty()) {
        hide(any(visible));
      } else if (die == 1 && !hidden.isEmpty()) {
        bringBack(any(hidden));
      } else if (repository.disks().size() < MOST_BACKUPS) {
        add("new" + steps);
      }
    }

    private String any(TreeSet<String> names) {
      return List.copyOf(names).get(random.nextInt(names.size()));
    }

    private void add(String name) throws IOException {
      mayBeAbsent.add(name);
      String parent = parents.get(random.nextInt(parents.size()));
      if (random.nextBoolean()) {
        repository.takeNext(name, parent);
      } else {
        repository.expectNext(name, parent);
        String words = "snapshot %s web/%s --parent web/%s";
        mount.control("job" + steps, words.formatted(repository.file(name), name, parent));
      }
      visible.add(name);
    }

    private void hide(String name) throws IOException {
      visible.remove(name);
      if (random.nextBoolean()) {
        repository.delete(name);
      } else {
        mount.control("job" + steps, "delete web/" + name);
      }
      hidden.add(name);
    }

    private void bringBack(String name) throws IOException {
      hidden.remove(name);
      if (random.nextBoolean()) {
        repository.undelete(name);
      } else {
        mount.control("job" + steps, "undelete web/" + name);
      }
      visible.add(name);
    }
  }
}
