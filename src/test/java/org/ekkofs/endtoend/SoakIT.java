package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.ekkofs.endtoend.Readers.Tally;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.FuseLibrary;
import org.ekkofs.testing.SeededDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A long run of opens and random reads through a small cache takes no more memory at its end than
 * at its beginning. {@code -Dekkofs.soak.seconds=3600} says how long.
 */
class SoakIT {
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("ekkofs.soak.seconds", 10));
  private static final int SAMPLES = 12;
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  /** What the server takes: what is reachable on the heap, and all its memory. */
  private record Sample(long live, long resident) {}

  @Test
  void memoryStaysFlat() throws Exception {
    FuseLibrary.require("fuse3");
    Ekkofs ekkofs = new Ekkofs(folder.resolve("repository"), folder.resolve("scratch"));
    try (SeededRepository repository = new SeededRepository(folder, SegmentSize.DEFAULT)) {
      for (int disk = 0; disk < 12; disk++) {
        repository.take("disk" + disk, SeededDisk.of(disk, 8 * MIB));
      }
      try (ServedMount mount =
              ServedMount.start(
                  ekkofs,
                  folder.resolve("mnt"),
                  new ServedMount.Settings(
                      "", "128m", List.of("refresh=1", "cache_size=16M"), TIME.plusMinutes(2)));
          Readers readers = Readers.start(16, 1, repository.disks(), mount::raw)) {
        List<Sample> samples = sample(ekkofs, mount.pid(), readers);
        Tally tally = readers.stop();
        System.out.println(tally + " " + samples);
        assertThat(tally.failed()).as(mount.lastWords()).isZero();
        assertFlat("live objects", samples, Sample::live);
        assertFlat("resident memory", samples, Sample::resident);
        mount.end();
      }
    }
  }

  /** The first interval is for caches to fill and for code to be compiled. */
  private static List<Sample> sample(Ekkofs ekkofs, long pid, Readers readers) throws IOException {
    List<Sample> samples = new ArrayList<>();
    readers.goOn(TIME.dividedBy(4));
    for (int number = 0; number < SAMPLES; number++) {
      readers.goOn(TIME.multipliedBy(3).dividedBy(4L * SAMPLES));
      samples.add(new Sample(live(ekkofs, pid), resident(pid)));
    }
    return samples;
  }

  /** The bytes of all objects that are reachable, counted while nothing moves. */
  private static long live(Ekkofs ekkofs, long pid) {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    String classes = ekkofs.program(jcmd, Long.toString(pid), "GC.class_histogram").ok().out();
    String total = classes.lines().filter(line -> line.startsWith("Total")).findAny().orElseThrow();
    return Long.parseLong(words(total).get(2));
  }

  private static List<String> words(String line) {
    return List.of(line.strip().split("\\s+"));
  }

  private static long resident(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(words(line).get(1)) * 1024)
        .findFirst()
        .orElseThrow();
  }

  private static void assertFlat(String what, List<Sample> samples, ToLongFunction<Sample> size) {
    int third = samples.size() / 3;
    long first = median(samples.subList(0, third), size);
    long last = median(samples.subList(samples.size() - third, samples.size()), size);
    assertThat(last).as("%s: %s", what, samples).isLessThan(first + first / 10 + 8 * MIB);
  }

  private static long median(List<Sample> samples, ToLongFunction<Sample> size) {
    return samples.stream().mapToLong(size).sorted().skip(samples.size() / 2).findFirst().orElse(0);
  }
}
