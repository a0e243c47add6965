package org.ekkofs.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.StoredObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZstdFilesTest {
  @TempDir private Path folder;
  private Path raw;
  private Path compressed;
  private Path again;

  @BeforeEach
  void nameFiles() {
    raw = folder.resolve("raw");
    compressed = folder.resolve("compressed");
    again = folder.resolve("again");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 20_000_000})
  void filesComeBackAsTheyWere(int length) throws IOException {
    byte[] bytes = content(length);
    Files.write(raw, bytes);
    StoredObject stored = ZstdFiles.compress(raw, compressed, 3);
    assertThat(stored.rawLength()).isEqualTo(length);
    assertThat(stored.length()).isEqualTo(Files.size(compressed));
    assertThat(stored.sha256()).isEqualTo(Sha256.of(Files.readAllBytes(compressed)));
    ZstdFiles.decompress(compressed, again, stored);
    assertThat(Arrays.equals(Files.readAllBytes(again), bytes)).isTrue();
  }

  @Test
  void whatIsFarApartIsFoundAgain() throws IOException {
    byte[] half = new byte[6 << 20];
    new Random(1).nextBytes(half);
    byte[] twice = Arrays.copyOf(half, 2 * half.length);
    System.arraycopy(half, 0, twice, half.length, half.length);
    Files.write(raw, twice);
    assertThat(ZstdFiles.compress(raw, compressed, 3).length()).isLessThan(7 << 20);
  }

  @Test
  void everyFlippedBitAndOtherLengthIsFound() throws IOException {
    Files.write(raw, content(300));
    StoredObject stored = ZstdFiles.compress(raw, compressed, 3);
    byte[] bytes = Files.readAllBytes(compressed);
    Tampering.bitFlips(bytes).forEach(flipped -> assertCorrupt(flipped, stored));
    Tampering.otherLengths(bytes).forEach(other -> assertCorrupt(other, stored));
  }

  /** Even with a record that vouches for them. */
  @Test
  void hostileFilesAreRefusedAndWriteNoMoreThanExpected() throws IOException {
    byte[] bomb = Zstd.compress(new byte[100 << 20]);
    assertCorrupt(bomb, vouched(bomb, 1000));
    assertCorrupt(bomb, vouched(bomb, 0));
    assertCorrupt(bomb, vouched(bomb, 200 << 20));
    byte[] garbage = content(1000);
    assertCorrupt(garbage, vouched(garbage, 1000));
    byte[] cut = Arrays.copyOf(bomb, bomb.length - 1);
    assertCorrupt(cut, vouched(cut, 100 << 20));
    byte[] wide = withWindow(27);
    assertCorrupt(wide, vouched(wide, 200 << 20));
  }

  private byte[] withWindow(int log) throws IOException {
    Path file = folder.resolve("wide");
    try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(file), 3).setLong(log)) {
      out.write(new byte[200 << 20]);
    }
    return Files.readAllBytes(file);
  }

  private static StoredObject vouched(byte[] bytes, long rawLength) {
    return new StoredObject(Sha256.of(bytes), bytes.length, rawLength);
  }

  private void assertCorrupt(byte[] bytes, StoredObject expected) {
    try {
      Files.write(compressed, bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertThatThrownBy(() -> ZstdFiles.decompress(compressed, again, expected))
        .isInstanceOf(CorruptException.class);
    assertThat(again).doesNotExist();
  }

  @Test
  void whatCannotBeReadOrWrittenFailed() {
    assertThatThrownBy(() -> ZstdFiles.compress(raw, compressed, 3))
        .isInstanceOf(FailedException.class);
    assertThatThrownBy(() -> ZstdFiles.decompress(compressed, raw, vouched(new byte[0], 0)))
        .isInstanceOf(FailedException.class);
  }

  private static byte[] content(int length) {
    Random random = new Random(length);
    byte[] bytes = new byte[length];
    for (int n = 0; n < length; n++) {
      bytes[n] = (byte) random.nextInt(8);
    }
    return bytes;
  }
}
