package org.ekkofs.app;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import org.ekkofs.model.FailedException;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes.
 *
 * @param out for what was asked for
 * @param err for messages and progress
 * @param terminal whether a person watches {@code err}
 * @param outFailure what went wrong with {@code out} so far
 */
record Console(
    PrintStream out,
    PrintStream err,
    boolean terminal,
    Supplier<Optional<IOException>> outFailure) {

  /**
   * The streams of this process; the launcher says whether messages go to a terminal.
   *
   * @param background whether messages go to whoever listens to the output too
   */
  static Console ofProcess(boolean background) {
    Remembering out = new Remembering(new FileOutputStream(FileDescriptor.out));
    OutputStream err = new FileOutputStream(FileDescriptor.err);
    return new Console(
        new PrintStream(new BufferedOutputStream(out), false, StandardCharsets.UTF_8),
        new PrintStream(background ? new Both(err, out) : err, true, StandardCharsets.UTF_8),
        Boolean.getBoolean("ekkofs.terminal"),
        () -> Optional.ofNullable(out.failure));
  }

  /**
   * Sends on what was written.
   *
   * @throws FailedException if it could not be; not if the reader has seen enough
   */
  void flush() {
    out.flush();
    Optional<IOException> failure = outFailure.get();
    if (failure.isPresent() && !isClosedPipe(failure.get())) {
      throw new FailedException(
          "cannot write the output: " + failure.get().getMessage(), failure.get());
    }
  }

  private static boolean isClosedPipe(IOException failure) {
    return String.valueOf(failure.getMessage()).contains("Broken pipe");
  }

  /** Writes to two streams; that the second is closed does not matter. */
  private static final class Both extends OutputStream {
    private final OutputStream first;
    private final OutputStream second;

    Both(OutputStream first, OutputStream second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      first.write(bytes, offset, length);
      try {
        second.write(bytes, offset, length);
      } catch (IOException nobodyListens) {
        return;
      }
    }
  }

  /** Remembers the first failure, which PrintStream keeps to itself. */
  private static final class Remembering extends OutputStream {
    private final OutputStream target;
    private volatile @Nullable IOException failure;

    Remembering(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        target.write(bytes, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
