package org.ekkofs.backup;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.FailedException;
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

  /** The name that the file gets in the end; none for a device. */
  private final Optional<NewFile> name;

  private RestoreTarget(
      Path destination,
      Path written,
      FileChannel channel,
      DiskGeometry geometry,
      Optional<NewFile> name) {
    this.destination = destination;
    this.written = written;
    this.channel = channel;
    this.geometry = geometry;
    this.name = name;
  }

  static RestoreTarget open(Path destination, DiskGeometry geometry, boolean force) {
    Path absolute = destination.toAbsolutePath();
    try {
      return BlockDevices.isBlockDevice(absolute)
          ? device(absolute, geometry, force)
          : file(absolute, geometry, force);
    } catch (IOException e) {
      throw NewFile.failed(absolute, e);
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
    return new RestoreTarget(path, path, channel, geometry, Optional.empty());
  }

  private static RestoreTarget file(Path path, DiskGeometry geometry, boolean force)
      throws IOException {
    NewFile name = NewFile.at(path, force);
    Path part = name.part();
    try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
      file.setLength(geometry.diskBytes());
      return new RestoreTarget(
          path,
          part,
          FileChannel.open(part, StandardOpenOption.READ, StandardOpenOption.WRITE),
          geometry,
          Optional.of(name));
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    }
  }

  /** Whether what is not written keeps what was there before, so that zeros must be written too. */
  boolean needsZeros() {
    return name.isEmpty();
  }

  /** Writes a segment; into a file only the blocks that are not zero. */
  void write(SegmentEntry entry, ByteBuffer data) {
    long offset = geometry.offset(entry.segment());
    int blockBytes = geometry.segmentSize().blockBytes();
    BlockMask blocks = needsZeros() ? new BlockMask(-1) : entry.blocks();
    try {
      for (int block = blocks.next(0); block < Long.SIZE; ) {
        int end = new BlockMask(~blocks.bits()).next(block);
        int from = Math.min(data.limit(), block * blockBytes);
        int to = Math.min(data.limit(), end * blockBytes);
        writeFully(data.duplicate().position(from).limit(to), offset + from);
        block = blocks.next(end);
      }
    } catch (IOException e) {
      throw NewFile.failed(destination, e);
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
      throw NewFile.failed(destination, e);
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
      throw NewFile.failed(destination, e);
    }
  }

  /** Makes what was written durable. */
  void sync() {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw NewFile.failed(destination, e);
    }
  }

  /**
   * Gives the file its name, and makes that durable.
   *
   * @throws org.ekkofs.model.AlreadyExistsException if a file of this name has come meanwhile and
   *     was not to be replaced
   */
  void complete() {
    name.ifPresent(file -> file.complete(written));
  }

  @Override
  public void close() {
    try {
      channel.close();
      if (name.isPresent()) {
        Files.deleteIfExists(written);
      }
    } catch (IOException e) {
      throw NewFile.failed(destination, e);
    }
  }
}
