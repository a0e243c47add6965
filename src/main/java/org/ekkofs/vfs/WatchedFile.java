package org.ekkofs.vfs;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.ekkofs.model.EkkofsException;
import org.jspecify.annotations.Nullable;

/**
 * A file that remembers what failed first, of which its readers get the error number only. It is
 * never read from a local copy, so that all that is read of it was verified just before. Safe for
 * use by many threads.
 */
final class WatchedFile implements FileNode {
  private final FileNode file;
  private final AtomicReference<@Nullable EkkofsException> failure = new AtomicReference<>();

  WatchedFile(FileNode file) {
    this.file = file;
  }

  /** What failed first, if anything has. */
  Optional<EkkofsException> failure() {
    return Optional.ofNullable(failure.get());
  }

  private ErrnoException remembered(EkkofsException cause) {
    failure.compareAndSet(null, cause);
    return new ErrnoException(Errno.EIO);
  }

  @Override
  public Attributes attributes() {
    return file.attributes();
  }

  @Override
  public Map<String, String> extendedAttributes() {
    return file.extendedAttributes();
  }

  @Override
  public OpenFile open(boolean write) {
    try {
      return new Open(file.open(write));
    } catch (EkkofsException e) {
      throw remembered(e);
    }
  }

  private final class Open implements OpenFile {
    private final OpenFile open;

    Open(OpenFile open) {
      this.open = open;
    }

    @Override
    public boolean immutable() {
      return open.immutable();
    }

    @Override
    public int readNow(long offset, ByteBuffer target) {
      try {
        return open.readNow(offset, target);
      } catch (EkkofsException e) {
        throw remembered(e);
      }
    }

    @Override
    public int read(long offset, ByteBuffer target) throws InterruptedException {
      try {
        return open.read(offset, target);
      } catch (EkkofsException e) {
        throw remembered(e);
      }
    }

    @Override
    public long seek(long offset, Seek what) {
      try {
        return open.seek(offset, what);
      } catch (EkkofsException e) {
        throw remembered(e);
      }
    }

    @Override
    public long seekNow(long offset, Seek what) {
      try {
        return open.seekNow(offset, what);
      } catch (EkkofsException e) {
        throw remembered(e);
      }
    }

    @Override
    public void close() {
      open.close();
    }
  }
}
