package org.ekkofs.store.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes, and several stores of one process, that write to one folder. */
class TemporaryFolderIT {
  private static final ObjectKey KEY = new ObjectKey("a/b");

  @TempDir private Path root;

  /** A process in the middle of a put, until its input ends. */
  static final class Writer {
    private Writer() {}

    /** With the folder as the argument. */
    public static void main(String[] args) {
      try (ObjectStore store = FolderObjectStore.open(Path.of(args[0]))) {
        store.put(
            KEY,
            slowBody(
                () -> {
                  System.out.println("writing");
                  return System.in.read();
                }));
      }
    }
  }

  private interface Waiting {
    int await() throws IOException;
  }

  private static Body slowBody(Waiting waiting) {
    return new Body() {
      @Override
      public long length() {
        return 3;
      }

      @Override
      public InputStream open() throws IOException {
        waiting.await();
        return new ByteArrayInputStream(new byte[3]);
      }
    };
  }

  @Test
  void whatALiveProcessWritesStaysAndWhatADeadOneLeftGoes() throws Exception {
    Process writer = start();
    try (BufferedReader output = writer.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("writing");
      writeWithANewStore("first");
      assertThat(temporaryFiles()).hasSize(2);

      writer.destroyForcibly().waitFor();
      assertThat(temporaryFiles()).hasSize(2);
      writeWithANewStore("second");
      assertThat(root.resolve(".tmp")).isEmptyDirectory();
    } finally {
      writer.destroyForcibly();
    }
  }

  @Test
  void aProcessThatWasWatchedFinishesItsWork() throws Exception {
    Process writer = start();
    try (BufferedReader output = writer.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("writing");
      writeWithANewStore("first");
      writer.getOutputStream().close();
      assertThat(writer.waitFor()).isZero();
      assertThat(root.resolve("a/b")).hasSize(3);
      assertThat(root.resolve(".tmp")).isEmptyDirectory();
    } finally {
      writer.destroyForcibly();
    }
  }

  @Test
  void storesOfOneProcessLeaveEachOtherAlone() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (ObjectStore store = FolderObjectStore.open(root)) {
      Future<?> put =
          thread.submit(() -> store.put(KEY, slowBody(() -> signalAndWait(writing, goOn))));
      writing.await();
      writeWithANewStore("first");
      writeWithANewStore("second");
      Process other = start();
      try (BufferedReader output = other.inputReader(StandardCharsets.UTF_8)) {
        // Had this process lost its lock, the other one would have removed its files by now.
        assertThat(output.readLine()).isEqualTo("writing");
      } finally {
        other.destroyForcibly().waitFor();
      }
      goOn.countDown();
      put.get();
      assertThat(store.get(KEY, 3)).hasValue(new byte[3]);
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void anEmptyFolderThatACrashLeftGoes() throws IOException {
    Files.createDirectories(root.resolve(".tmp/5f0f0f0f"));
    Files.createDirectories(root.resolve(".tmp/foreign"));
    Files.createFile(root.resolve(".tmp/foreign/file"));
    Files.createFile(root.resolve(".tmp/file"));
    writeWithANewStore("first");
    assertThat(root.resolve(".tmp/5f0f0f0f")).doesNotExist();
    assertThat(root.resolve(".tmp/foreign/file")).exists();
    assertThat(root.resolve(".tmp/file")).exists();
  }

  private static int signalAndWait(CountDownLatch signal, CountDownLatch wait) throws IOException {
    signal.countDown();
    try {
      wait.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return 0;
  }

  private void writeWithANewStore(String name) {
    try (ObjectStore store = FolderObjectStore.open(root)) {
      store.put(new ObjectKey(name), Body.of(new byte[1]));
    }
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            root.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private List<Path> temporaryFiles() throws IOException {
    try (Stream<Path> all = Files.walk(root.resolve(".tmp"))) {
      return all.filter(Files::isRegularFile).toList();
    }
  }
}
