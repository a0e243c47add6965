package org.ekkofs.backup;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.source.BlockDevices;

/** Where a disk is restored to. For one thread. */
final class RestoreTarget implements AutoCloseable {
  private static final int ZEROS = 1 << 20;

  private final Path destination;
  private final Path written;
  private final FileChannel channel;
  private final DiskGeometry geometry;
  private final boolean device;

  private RestoreTarget(
      Path destination, Path written, FileChannel channel, DiskGeometry geometry, boolean device) {
    this.destination = destination;
    this.written = written;
    this.channel = channel;
    this.geometry = geometry;
    this.device = device;
  }

  static RestoreTarget open(Path destination, DiskGeometry geometry, boolean force) {
    Path absolute = destination.toAbsolutePath();
    try {
      return BlockDevices.isBlockDevice(absolute)
          ? device(absolute, geometry, force)
          : file(absolute, geometry, force);
    } catch (IOException e) {
      throw failed(absolute, e);
    }
  }

  private static RestoreTarget device(Path path, DiskGeometry geometry, boolean force)
      throws IOException {
    if (!force) {
      throw new RefusedException(
          path + " is a block device; --force overwrites everything that is on it");
    }
    BlockDevices.refuseIfInUse(path);
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (channel.size() < geometry.diskBytes()) {
      long size = channel.size();
      channel.close();
      throw new RefusedException(
          "%s has %d bytes and the disk %d".formatted(path, size, geometry.diskBytes()));
    }
    return new RestoreTarget(path, path, channel, geometry, true);
  }

  private static RestoreTarget file(Path path, DiskGeometry geometry, boolean force)
      throws IOException {
    Path folder = path.getParent();
    if (folder == null || Files.isDirectory(path)) {
      throw new InvalidException(path + " is a directory; name a file in it");
    }
    if (!Files.isDirectory(folder)) {
      throw new NotFoundException("the folder " + folder + " does not exist");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new InvalidException(path + " is neither a file nor a block device");
    }
    if (Files.exists(path) && !force) {
      throw new AlreadyExistsException(path + " exists already; --force replaces it");
    }
    Path part = folder.resolve("." + UUID.randomUUID() + ".part");
    try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
      file.setLength(geometry.diskBytes());
      return new RestoreTarget(
          path,
          part,
          FileChannel.open(part, StandardOpenOption.READ, StandardOpenOption.WRITE),
          geometry,
          false);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    }
  }

  /** Whether what is not written keeps what was there before, so that zeros must be written too. */
  boolean needsZeros() {
    return device;
  }

  /** Writes a segment; into a file only the blocks that are not zero. */
  void write(SegmentEntry entry, ByteBuffer data) {
    long offset = geometry.offset(entry.segment());
    int blockBytes = geometry.segmentSize().blockBytes();
    BlockMask blocks = device ? new BlockMask(-1) : entry.blocks();
    try {
      for (int block = blocks.next(0); block < Long.SIZE; ) {
        int end = new BlockMask(~blocks.bits()).next(block);
        int from = Math.min(data.limit(), block * blockBytes);
        int to = Math.min(data.limit(), end * blockBytes);
        writeFully(data.duplicate().position(from).limit(to), offset + from);
        block = blocks.next(end);
      }
    } catch (IOException e) {
      throw failed(destination, e);
    }
  }

  /** Writes zeros from one offset up to another. */
  void writeZeros(long from, long to) {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(ZEROS, Math.max(1, to - from)));
    try {
      for (long position = from; position < to; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), to - position));
        position += zeros.remaining();
        writeFully(zeros, position - zeros.limit());
      }
    } catch (IOException e) {
      throw failed(destination, e);
    }
  }

  private void writeFully(ByteBuffer data, long offset) throws IOException {
    long position = offset;
    while (data.hasRemaining()) {
      position += channel.write(data, position);
    }
  }

  /** Reads back what was written, from the position to the limit. */
  void read(long offset, ByteBuffer target) {
    try {
      long position = offset;
      while (target.hasRemaining()) {
        int count = channel.read(target, position);
        if (count < 0) {
          throw new FailedException(destination + " ends too early");
        }
        position += count;
      }
    } catch (IOException e) {
      throw failed(destination, e);
    }
  }

  /** Makes what was written durable. */
  void sync() {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw failed(destination, e);
    }
  }

  /** Gives the file its name. */
  void complete() {
    try {
      if (!device) {
        Files.move(written, destination, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw failed(destination, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      if (!device) {
        Files.deleteIfExists(written);
      }
    } catch (IOException e) {
      throw failed(destination, e);
    }
  }

  private static EkkofsException failed(Path path, IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return new CancelledException("writing " + path + " was interrupted", e);
    }
    return new FailedException("cannot write " + path + ": " + Causes.of(e), e);
  }
}
