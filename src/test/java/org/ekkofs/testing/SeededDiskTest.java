package org.ekkofs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeededDiskTest {
  private static final int BYTES = (4 << 20) + 777;

  @TempDir Path folder;
  private final SeededDisk disk = SeededDisk.of(5, BYTES).next().next();

  private byte[] bytes(SeededDisk of, String name) throws IOException {
    return Files.readAllBytes(of.writeTo(folder.resolve(name)));
  }

  @Test
  void everyRangeOfTheFileIsWhatTheDiskSays() throws IOException {
    byte[] bytes = bytes(disk, "disk");
    assertThat(bytes).hasSize(BYTES);
    for (int from : new int[] {0, 1, 4095, 4096, 100_003, BYTES - 1}) {
      int count = Math.min(70_001, BYTES - from);
      assertThat(disk.mismatch(from, ByteBuffer.wrap(bytes, from, count))).isEqualTo(-1);
    }
  }

  @Test
  void oneWrongByteIsFoundWhereItIs() throws IOException {
    byte[] bytes = bytes(disk, "disk");
    for (int at : new int[] {0, 4095, 4096, 1_000_000, BYTES - 1}) {
      bytes[at] ^= 1;
      int from = Math.max(0, at - 5000);
      assertThat(disk.mismatch(from, ByteBuffer.wrap(bytes, from, BYTES - from)))
          .isEqualTo(at - from);
      bytes[at] ^= 1;
    }
  }

  @Test
  void nextGenerationDiffersInAFewPieces() throws IOException {
    byte[] now = bytes(disk, "now");
    byte[] next = bytes(disk.next(), "next");
    int changed = 0;
    for (int at = 0; at < BYTES; at += SeededDisk.PIECE) {
      int end = Math.min(BYTES, at + SeededDisk.PIECE);
      changed += Arrays.equals(now, at, end, next, at, end) ? 0 : 1;
    }
    assertThat(changed).isBetween(5, 50);
  }
}
