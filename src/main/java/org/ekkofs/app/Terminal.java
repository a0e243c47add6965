package org.ekkofs.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RefusedException;

/**
 * The terminal that the process belongs to, whatever its standard streams are. For one thread.
 *
 * <p>What is typed is not shown. However the process ends, the terminal shows what is typed again.
 */
final class Terminal implements AutoCloseable {
  private static final Path DEVICE = Path.of("/dev/tty");
  private static final int MAX_BYTES = 4096;

  private final FileChannel in;
  private final FileChannel out;

  private Terminal(FileChannel in, FileChannel out) {
    this.in = in;
    this.out = out;
  }

  /** Opens it; empty if the process belongs to none. */
  static Optional<Terminal> open() {
    try {
      FileChannel out = FileChannel.open(DEVICE, StandardOpenOption.WRITE);
      return Optional.of(new Terminal(FileChannel.open(DEVICE, StandardOpenOption.READ), out));
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /**
   * Asks for one line, which is not shown.
   *
   * @throws CancelledException if the thread is interrupted meanwhile
   */
  String askHidden(String question) {
    String before = stty("-g").strip();
    Thread restore = new Thread(() -> stty(before), "ekkofs-terminal");
    Runtime.getRuntime().addShutdownHook(restore);
    try {
      stty("-echo");
      write(question);
      return line();
    } finally {
      stty(before);
      write("\n");
      forget(restore);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // It then does once more what has just been done.
      return;
    }
  }

  private String line() {
    byte[] typed = new byte[MAX_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(typed);
    try {
      while (buffer.hasRemaining() && in.read(buffer) > 0) {
        if (typed[buffer.position() - 1] == '\n') {
          return new String(typed, 0, buffer.position() - 1, StandardCharsets.UTF_8);
        }
      }
      throw new RefusedException("nothing was typed, or too much");
    } catch (ClosedByInterruptException e) {
      throw new CancelledException("interrupted", e);
    } catch (IOException e) {
      throw new FailedException("cannot read from the terminal: " + e.getMessage(), e);
    } finally {
      Arrays.fill(typed, (byte) 0);
    }
  }

  private void write(String text) {
    try {
      out.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      // An interrupted thread cannot write; that the cursor stays in its line is all that is lost.
      return;
    }
  }

  private static String stty(String setting) {
    boolean interrupted = Thread.interrupted();
    try {
      Process process =
          new ProcessBuilder(List.of("stty", setting))
              .redirectInput(DEVICE.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new FailedException("cannot hide what is typed: " + e.getMessage(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    try (in;
        out) {
      return;
    } catch (IOException e) {
      throw new FailedException("cannot close the terminal: " + e.getMessage(), e);
    }
  }
}
