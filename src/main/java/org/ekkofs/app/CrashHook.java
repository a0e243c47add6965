package org.ekkofs.app;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.Surroundings;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;

/**
 * Lets a test stop the process dead at a crash point: {@code EKKOFS_CRASH_AT=BETWEEN_CHUNKS:3} at
 * the third time it is reached.
 */
final class CrashHook {
  private static final String VARIABLE = "EKKOFS_CRASH_AT";
  private static final int STATUS_OF_KILLED = 137;

  private CrashHook() {}

  /** The real surroundings, with a crash in them if the environment asks for one. */
  static Surroundings surroundings(Map<String, String> environment) {
    Surroundings real = Surroundings.real();
    String wish = environment.getOrDefault(VARIABLE, "");
    return wish.isEmpty() ? real : new Surroundings(real.clock(), Host.current(), parse(wish));
  }

  /**
   * Reads {@code NAME} or {@code NAME:COUNT}.
   *
   * @throws InvalidException if there is no such crash point, or the count is no number from 1
   */
  static Consumer<CrashPoint> parse(String wish) {
    String[] parts = wish.split(":", 2);
    CrashPoint point =
        Arrays.stream(CrashPoint.values())
            .filter(candidate -> candidate.name().equals(parts[0]))
            .findFirst()
            .orElseThrow(() -> wrong(wish));
    AtomicInteger left = new AtomicInteger(parts.length == 1 ? 1 : count(wish, parts[1]));
    return reached -> {
      if (reached == point && left.decrementAndGet() == 0) {
        Runtime.getRuntime().halt(STATUS_OF_KILLED);
      }
    };
  }

  private static int count(String wish, String text) {
    return Optional.of(text)
        .filter(digits -> digits.matches("[1-9][0-9]{0,8}"))
        .map(Integer::parseInt)
        .orElseThrow(() -> wrong(wish));
  }

  private static InvalidException wrong(String wish) {
    return new InvalidException(VARIABLE + "=" + Names.printable(wish) + " names no crash point");
  }
}
