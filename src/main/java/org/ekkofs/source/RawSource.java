package org.ekkofs.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;

/** A raw image file or a block device; the holes of a file are found by SEEK_DATA and SEEK_HOLE. */
public final class RawSource implements DiskSource {
  private final Path path;
  private final FileChannel channel;
  private final int descriptor;
  private final long size;
  private final boolean sparse;

  /** Guarded by this object's lock, as is every use of the descriptor. */
  private boolean closed;

  private RawSource(Path path, FileChannel channel, int descriptor, long size, boolean sparse) {
    this.path = path;
    this.channel = channel;
    this.descriptor = descriptor;
    this.size = size;
    this.sparse = sparse;
  }

  /**
   * Opens a disk for reading.
   *
   * @throws NotFoundException if there is nothing at the path
   * @throws InvalidException if it is a directory or something else that is no disk
   * @throws FailedException if it cannot be read
   */
  public static RawSource open(Path path) {
    checkKind(path);
    int descriptor = LibC.functions().open(path.toString(), LibC.O_RDONLY | LibC.O_CLOEXEC);
    try {
      if (descriptor < 0) {
        throw new IOException("cannot be opened");
      }
      // Through the descriptor, so that both are one file even if the name moves on.
      FileChannel channel =
          FileChannel.open(Path.of("/proc/self/fd/" + descriptor), StandardOpenOption.READ);
      return new RawSource(path, channel, descriptor, channel.size(), Files.isRegularFile(path));
    } catch (IOException e) {
      if (descriptor >= 0) {
        LibC.functions().close(descriptor);
      }
      throw unreadable(path, e);
    }
  }

  private static void checkKind(Path path) {
    try {
      Path real = path.toRealPath();
      if (Files.isDirectory(real)) {
        throw new InvalidException(path + " is a directory, not a disk");
      }
      if (!Files.isReadable(real)) {
        throw new FailedException(path + " cannot be read: permission denied");
      }
      if (!Files.isRegularFile(real) && !BlockDevices.isBlockDevice(real)) {
        throw new InvalidException(path + " is neither a file nor a block device");
      }
    } catch (NoSuchFileException e) {
      throw new NotFoundException(path + " does not exist", e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static EkkofsException unreadable(Path path, IOException e) {
    return new FailedException(path + " cannot be read: " + Causes.of(e), e);
  }

  @Override
  public String description() {
    return path.toString();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    long position = offset;
    try {
      while (target.hasRemaining()) {
        int count = channel.read(target, position);
        if (count <= 0) {
          throw new FailedException(
              "%s became shorter while it was read: it ends at %d of %d bytes"
                  .formatted(path, position, size));
        }
        position += count;
      }
    } catch (ClosedByInterruptException e) {
      throw new CancelledException("reading " + path + " was interrupted", e);
    } catch (IOException e) {
      throw new FailedException(
          "%s cannot be read at byte %d: %s".formatted(path, position, e.getMessage()), e);
    }
  }

  @Override
  public long nextData(long offset) {
    if (!sparse || offset >= size) {
      return Math.min(offset, size);
    }
    long found = seek(offset, LibC.SEEK_DATA);
    if (found >= 0) {
      return Math.min(found, size);
    }
    return found == -LibC.ENXIO ? size : offset;
  }

  /** The offset, or the error negated. */
  private synchronized long seek(long offset, int whence) {
    if (closed) {
      throw new FailedException(path + " was closed while it was read");
    }
    long found = LibC.functions().lseek(descriptor, offset, whence);
    return found >= 0 ? found : -LibC.lastError();
  }

  @Override
  public long nextHole(long offset) {
    if (!sparse) {
      return size;
    }
    long found = seek(offset, LibC.SEEK_HOLE);
    return found > offset ? Math.min(found, size) : size;
  }

  @Override
  public void checkUnchanged() {
    try {
      long now = channel.size();
      if (now != size) {
        throw new FailedException(
            "%s changed its size from %d to %d bytes while it was read".formatted(path, size, now));
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      // The number may be another file's by now.
      return;
    }
    closed = true;
    LibC.functions().close(descriptor);
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }
}
