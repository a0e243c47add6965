package org.ekkofs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * A store whose reads go wrong by the count, as a text says that another process can be given:
 *
 * <table>
 * <caption>Faults, separated by commas</caption>
 * <tr><td>{@code fail=10}</td><td>every tenth read finds the store unavailable</td></tr>
 * <tr><td>{@code truncate=7}</td><td>every seventh read gets only half, and nothing says so</td></tr>
 * <tr><td>{@code stall=25:2000}</td><td>every 25th read takes 2,000 ms longer</td></tr>
 * <tr><td>{@code when=FILE}</td><td>all of these only while there is such a file</td></tr>
 * <tr><td>{@code hang=FILE}</td><td>while there is such a file, reads of keys that contain its text
 * do not return, whoever interrupts them; each adds a byte to {@code FILE.reached}</td></tr>
 * </table>
 *
 * When closed it tells on standard error how many of each there were, see {@link #counted}.
 */
public final class FlakyObjectStore extends ForwardingObjectStore {
  private static final long LOOK_EVERY_NANOS = Duration.ofMillis(20).toNanos();

  private final int fail;
  private final int truncate;
  private final int stall;
  private final Duration stallTime;
  private final Optional<Path> when;
  private final Optional<Path> hang;
  private final AtomicLong reads = new AtomicLong();
  private final Map<String, AtomicLong> counts =
      Map.of(
          "fail", new AtomicLong(),
          "truncate", new AtomicLong(),
          "stall", new AtomicLong(),
          "hang", new AtomicLong());

  /**
   * Wraps a store.
   *
   * @param faults as above; others are an error
   */
  public FlakyObjectStore(ObjectStore store, String faults) {
    super(store);
    Map<String, String> values = new HashMap<>();
    for (String fault : faults.split(",")) {
      values.put(fault.replaceFirst("=.*", ""), fault.replaceFirst("[^=]*=?", ""));
    }
    this.fail = Integer.parseInt(taken(values, "fail").orElse("0"));
    this.truncate = Integer.parseInt(taken(values, "truncate").orElse("0"));
    String[] stalled = taken(values, "stall").orElse("0:0").split(":");
    this.stall = Integer.parseInt(stalled[0]);
    this.stallTime = Duration.ofMillis(Long.parseLong(stalled[1]));
    this.when = taken(values, "when").map(Path::of);
    this.hang = taken(values, "hang").map(Path::of);
    if (!values.isEmpty()) {
      throw new IllegalArgumentException("no such faults: " + values.keySet());
    }
  }

  private static Optional<String> taken(Map<String, String> values, String name) {
    return Optional.ofNullable(values.remove(name));
  }

  /**
   * How often a fault (a regular expression) happened, from what a process said that has closed the
   * store.
   */
  public static long counted(String said, String fault) {
    return said.lines()
        .filter(line -> line.matches("injected " + fault + " [0-9]+"))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    return read(key, () -> super.get(key, maxBytes));
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    return read(key, () -> super.getRange(key, offset, length));
  }

  private Optional<byte[]> read(ObjectKey key, Supplier<Optional<byte[]>> read) {
    if (hangs(key)) {
      count("hang");
      note();
      SlowObjectStore.passUntil(() -> hangs(key) ? LOOK_EVERY_NANOS : 0);
    }
    if (when.isPresent() && !Files.exists(when.get())) {
      return read.get();
    }
    long number = reads.incrementAndGet();
    if (isTurn(number, stall)) {
      count("stall");
      SlowObjectStore.pass(stallTime);
    }
    if (isTurn(number, fail)) {
      count("fail");
      throw new StoreUnavailableException("injected: read " + number + ", of " + key);
    }
    Optional<byte[]> bytes = read.get();
    if (isTurn(number, truncate)) {
      count("truncate");
      return bytes.map(whole -> Arrays.copyOf(whole, whole.length / 2));
    }
    return bytes;
  }

  private void note() {
    Path reached = Path.of(hang.orElseThrow() + ".reached");
    try {
      Files.write(reached, new byte[1], StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isTurn(long number, int every) {
    return every > 0 && number % every == 0;
  }

  private boolean hangs(ObjectKey key) {
    try {
      return hang.isPresent() && key.value().contains(Files.readString(hang.get()).strip());
    } catch (IOException gone) {
      return false;
    }
  }

  private void count(String fault) {
    counts.get(fault).incrementAndGet();
  }

  @Override
  public void close() {
    counts.forEach((fault, count) -> System.err.println("injected " + fault + " " + count));
    super.close();
  }
}
