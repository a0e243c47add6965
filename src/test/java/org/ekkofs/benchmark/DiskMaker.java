package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes disks and backs them up: a first backup, and increments that each change one per cent in
 * pieces of 64 KiB. Beside it grows the same as a chain of qcow2 overlays.
 */
final class DiskMaker {
  private static final int MIB = 1 << 20;
  private static final int PIECE = 64 << 10;
  private static final int INCREMENTS = 4;
  private static final int PIECES_PER_PERCENT = 100 * PIECE;

  private final Lab lab;
  private final RealData data;

  DiskMaker(Lab lab, RealData data) {
    this.lab = lab;
    this.data = data;
  }

  /** A disk without holes. */
  Disk full(long bytes) throws IOException, InterruptedException {
    Path raw = lab.path("full.raw");
    try (FileChannel file = create(raw)) {
      write(file, 0, bytes);
    }
    return backUp("full", raw, bytes);
  }

  /** A disk of which nineteen parts of twenty are holes. */
  Disk sparse(long bytes) throws IOException, InterruptedException {
    Path raw = lab.path("sparse.raw");
    Random random = new Random(2);
    long written = 0;
    try (FileChannel file = create(raw)) {
      for (long slot = 0; slot + 64L * MIB <= bytes; slot += 64L * MIB) {
        long length = (2 * MIB + random.nextInt(1200) * 4096L);
        write(file, slot + random.nextInt(48) * (long) MIB + random.nextInt(16) * 4096L, length);
        written += length;
      }
      file.write(ByteBuffer.allocate(1), bytes - 1);
    }
    return backUp("sparse", raw, written);
  }

  private static FileChannel create(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private void write(FileChannel file, long offset, long length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(MIB);
    for (long at = 0; at < length; at += MIB) {
      buffer.clear().limit((int) Math.min(MIB, length - at));
      data.read(buffer);
      buffer.flip();
      while (buffer.hasRemaining()) {
        file.write(buffer, offset + at + buffer.position());
      }
    }
  }

  private Disk backUp(String tree, Path raw, long dataBytes)
      throws IOException, InterruptedException {
    lab.ekkofs("snapshot", raw, tree + "/b0");
    Path qcow2 = lab.path(tree + "-0.qcow2");
    Programs.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, qcow2);
    Random random = new Random(3);
    for (int increment = 1; increment <= INCREMENTS; increment++) {
      Path overlay = lab.path(tree + "-" + increment + ".qcow2");
      Programs.run("qemu-img", "create", "-f", "qcow2", "-F", "qcow2", "-b", qcow2, overlay);
      change(raw, overlay, Math.max(1, (int) (dataBytes / PIECES_PER_PERCENT)), random);
      String parent = tree + "/b" + (increment - 1);
      lab.ekkofs("snapshot", raw, tree + "/b" + increment, "--parent", parent);
      qcow2 = overlay;
    }
    return new Disk(tree, "b" + INCREMENTS, raw, qcow2, dataBytes);
  }

  /** Writes one and the same new piece at some places, into both. */
  private void change(Path raw, Path overlay, int places, Random random)
      throws IOException, InterruptedException {
    Path piece = lab.path("piece");
    ByteBuffer bytes = ByteBuffer.allocate(PIECE);
    data.read(bytes);
    Files.write(piece, bytes.array());
    List<String> commands = new ArrayList<>(List.of("qemu-io", "-f", "qcow2"));
    try (FileChannel file = FileChannel.open(raw, StandardOpenOption.WRITE)) {
      for (int place = 0; place < places; place++) {
        long offset = random.nextLong(file.size() - PIECE) & -4096L;
        file.write(ByteBuffer.wrap(bytes.array()), offset);
        commands.addAll(List.of("-c", "write -q -s " + piece + " " + offset + " " + PIECE));
      }
    }
    commands.add(overlay.toString());
    Programs.run(commands.toArray());
    Files.delete(piece);
  }
}
