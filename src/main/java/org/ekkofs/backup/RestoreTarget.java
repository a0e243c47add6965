package org.ekkofs.backup;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
  private final Kind kind;

  /** What becomes of the destination in the end. */
  private enum Kind {
    DEVICE,
    NEW_FILE,
    REPLACED_FILE
  }

  private RestoreTarget(
      Path destination, Path written, FileChannel channel, DiskGeometry geometry, Kind kind) {
    this.destination = destination;
    this.written = written;
    this.channel = channel;
    this.geometry = geometry;
    this.kind = kind;
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
    return new RestoreTarget(path, path, channel, geometry, Kind.DEVICE);
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
    // Links are not followed: also one that leads nowhere would be replaced.
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !force) {
      throw exists(path);
    }
    Path part = folder.resolve("." + UUID.randomUUID() + ".part");
    try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
      file.setLength(geometry.diskBytes());
      return new RestoreTarget(
          path,
          part,
          FileChannel.open(part, StandardOpenOption.READ, StandardOpenOption.WRITE),
          geometry,
          force ? Kind.REPLACED_FILE : Kind.NEW_FILE);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    }
  }

  private static AlreadyExistsException exists(Path path) {
    return new AlreadyExistsException(path + " exists already; --force replaces it");
  }

  /** Whether what is not written keeps what was there before, so that zeros must be written too. */
  boolean needsZeros() {
    return kind == Kind.DEVICE;
  }

  /** Writes a segment; into a file only the blocks that are not zero. */
  void write(SegmentEntry entry, ByteBuffer data) {
    long offset = geometry.offset(entry.segment());
    int blockBytes = geometry.segmentSize().blockBytes();
    BlockMask blocks = kind == Kind.DEVICE ? new BlockMask(-1) : entry.blocks();
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

  /**
   * Gives the file its name, and makes that durable.
   *
   * @throws AlreadyExistsException if a file of this name has come meanwhile and was not to be
   *     replaced
   */
  void complete() {
    try {
      if (kind != Kind.DEVICE) {
        name();
        syncFolder();
      }
    } catch (FileAlreadyExistsException e) {
      throw exists(destination);
    } catch (IOException e) {
      throw failed(destination, e);
    }
  }

  private void name() throws IOException {
    if (kind == Kind.REPLACED_FILE) {
      Files.move(written, destination, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    try {
      // Unlike a move it never replaces anything.
      Files.createLink(destination, written);
      Files.delete(written);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // There are file systems without links.
      Files.move(written, destination);
    }
  }

  private void syncFolder() throws IOException {
    try (FileChannel folder =
        FileChannel.open(written.resolveSibling("."), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      if (kind != Kind.DEVICE) {
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
