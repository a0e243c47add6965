package org.ekkofs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** QEMU's programs for images, to make and to read them the way users do. */
public final class QemuImg {
  /** What it says now and then on a busy machine, where it measures how fast it can hash. */
  private static final String BUSY = "Unable to get accurate CPU usage";

  private static final int TRIES = 20;

  private QemuImg() {}

  /** Runs {@code qemu-img}, and requires success. */
  public static String img(Object... words) {
    return run("qemu-img", words);
  }

  /** Runs commands of {@code qemu-io} on an image. */
  public static void io(Path image, String format, String... commands) {
    List<Object> words = new ArrayList<>(List.of("-f", format));
    for (String command : commands) {
      words.add("-c");
      words.add(command);
    }
    words.add(image);
    run("qemu-io", words.toArray());
  }

  private static String run(String program, Object... words) {
    List<String> command = new ArrayList<>(List.of(program));
    for (Object word : words) {
      command.add(word.toString());
    }
    Result result = once(command);
    for (int n = 1; n < TRIES && result.said().contains(BUSY); n++) {
      result = once(command);
    }
    assertThat(result.status()).as("%s%n%s", command, result.said()).isZero();
    return result.said();
  }

  private record Result(int status, String said) {}

  private static Result once(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
