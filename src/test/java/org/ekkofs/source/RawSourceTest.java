package org.ekkofs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.testing.LoopDevice;
import org.ekkofs.testing.TinyFilesystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawSourceTest {
  @TempDir Path dir;

  private Path sparse(int size, int... dataMegabytes) throws IOException {
    Path file = dir.resolve("sparse");
    Random random = new Random(1);
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(size);
      for (int at : dataMegabytes) {
        byte[] data = new byte[Math.min(1 << 20, size - (at << 20))];
        random.nextBytes(data);
        open.seek((long) at << 20);
        open.write(data);
      }
      open.getFD().sync();
    }
    return file;
  }

  private static byte[] all(DiskSource source) {
    ByteBuffer target = ByteBuffer.allocate((int) source.size());
    source.read(0, target);
    return target.array();
  }

  @Test
  void holesAreWhereNothingWasWritten() throws IOException {
    Path file = sparse((10 << 20) + 5, 2, 3, 7, 10);
    try (RawSource source = RawSource.open(file)) {
      assertThat(source.size()).isEqualTo((10 << 20) + 5);
      assertThat(source.nextData(0)).isEqualTo(2 << 20);
      assertThat(source.nextHole(2 << 20)).isEqualTo(4 << 20);
      assertThat(source.nextHole((3 << 20) + 17)).isEqualTo(4 << 20);
      assertThat(source.nextData(4 << 20)).isEqualTo(7 << 20);
      assertThat(source.nextData((7 << 20) + 3)).isEqualTo((7 << 20) + 3);
      assertThat(source.nextData(9 << 20)).isEqualTo(10 << 20);
      assertThat(source.nextHole(10 << 20)).isEqualTo(source.size());
      assertThat(source.nextData(source.size())).isEqualTo(source.size());
      assertThat(all(source)).isEqualTo(Files.readAllBytes(file));
    }
  }

  @Test
  void aFileThatEndsInAHoleHasNoDataThere() throws IOException {
    try (RawSource source = RawSource.open(sparse(5 << 20, 0))) {
      assertThat(source.nextHole(0)).isEqualTo(1 << 20);
      assertThat(source.nextData(1 << 20)).isEqualTo(5 << 20);
    }
  }

  @Test
  void aFileWithoutHolesIsDataThroughout() throws IOException {
    byte[] data = new byte[300_001];
    new Random(2).nextBytes(data);
    try (RawSource source = RawSource.open(Files.write(dir.resolve("full"), data))) {
      assertThat(source.nextData(0)).isZero();
      assertThat(source.nextHole(0)).isEqualTo(data.length);
      assertThat(source.nextData(300_000)).isEqualTo(300_000);
      assertThat(all(source)).isEqualTo(data);
      source.checkUnchanged();
    }
  }

  @Test
  void anEmptyFileIsAnEmptyDisk() throws IOException {
    try (RawSource source = RawSource.open(Files.createFile(dir.resolve("empty")))) {
      assertThat(source.size()).isZero();
      assertThat(source.nextData(0)).isZero();
      assertThat(all(source)).isEmpty();
      source.checkUnchanged();
    }
  }

  @Test
  void linksAreFollowed() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "data");
    Path link = Files.createSymbolicLink(dir.resolve("link"), file);
    Path again = Files.createSymbolicLink(dir.resolve("again"), Path.of("link"));
    try (RawSource source = RawSource.open(again)) {
      assertThat(source.description()).isEqualTo(again.toString());
      assertThat(all(source)).asString().isEqualTo("data");
    }
    Files.delete(file);
    assertThatThrownBy(() -> RawSource.open(link)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aFileThatIsDeletedWhileOpenStaysReadable() throws IOException {
    Path file = sparse(3 << 20, 1);
    byte[] data = Files.readAllBytes(file);
    try (RawSource source = RawSource.open(file)) {
      Files.delete(file);
      assertThat(source.nextData(0)).isEqualTo(1 << 20);
      assertThat(all(source)).isEqualTo(data);
      source.checkUnchanged();
    }
  }

  @Test
  void whatIsNoDiskIsSaidToBeNone() throws IOException {
    assertThatThrownBy(() -> RawSource.open(dir.resolve("missing")))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> RawSource.open(dir))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("directory");
    assertThatThrownBy(() -> RawSource.open(Path.of("/dev/zero")))
        .isInstanceOf(InvalidException.class);
    Path loop = Files.createSymbolicLink(dir.resolve("loop"), Path.of("loop"));
    assertThatThrownBy(() -> RawSource.open(loop)).isInstanceOf(FailedException.class);
    Path file = Files.createFile(dir.resolve("file"));
    assertThatThrownBy(() -> RawSource.open(file.resolve("below")))
        .isInstanceOfAny(NotFoundException.class, FailedException.class);
  }

  @Test
  void aFifoIsNoDiskAndNobodyWaitsForItsWriter() {
    Path fifo = dir.resolve("fifo");
    assertThat(TinyFilesystem.run("mkfifo", fifo.toString())).isTrue();
    assertThatThrownBy(() -> RawSource.open(fifo)).isInstanceOf(InvalidException.class);
  }

  @Test
  void aBlockDeviceIsDataThroughout() throws IOException {
    byte[] data = new byte[1 << 20];
    new Random(3).nextBytes(data);
    try (LoopDevice loop = LoopDevice.attach(Files.write(dir.resolve("device"), data));
        RawSource source = RawSource.open(loop.device())) {
      assertThat(source.size()).isEqualTo(1 << 20);
      assertThat(source.nextData(5)).isEqualTo(5);
      assertThat(source.nextHole(5)).isEqualTo(1 << 20);
      assertThat(all(source)).isEqualTo(data);
      source.checkUnchanged();
    }
  }

  @Test
  void aChangeOfSizeIsNoticed() throws IOException {
    Path file = sparse(2 << 20, 0, 1);
    try (RawSource source = RawSource.open(file);
        FileChannel writer = FileChannel.open(file, StandardOpenOption.WRITE)) {
      writer.truncate(1 << 20);
      assertThatThrownBy(source::checkUnchanged).isInstanceOf(FailedException.class);
      assertThatThrownBy(() -> source.read((1 << 20) - 5, ByteBuffer.allocate(10)))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("shorter");
      writer.write(ByteBuffer.allocate(1), 3 << 20);
      assertThatThrownBy(source::checkUnchanged)
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("size");
    }
  }

  @Test
  void closingTwiceClosesNobodyElsesFile() throws IOException {
    Path half = sparse(2 << 20, 0);
    RawSource source = RawSource.open(half);
    source.close();
    try (RawSource other = RawSource.open(half)) {
      source.close();
      assertThat(other.nextData(1 << 20)).isEqualTo(2 << 20);
    }
    assertThatThrownBy(() -> source.nextData(0))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void anInterruptedThreadIsACancelledOne() throws IOException {
    try (RawSource source = RawSource.open(sparse(1 << 20, 0))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> source.read(0, ByteBuffer.allocate(1)))
          .isInstanceOf(CancelledException.class);
    } finally {
      Thread.interrupted();
    }
  }
}
