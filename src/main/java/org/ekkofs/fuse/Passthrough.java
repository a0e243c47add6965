package org.ekkofs.fuse;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ekkofs.vfs.LocalCopy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's side of passthrough for one session of libfuse 3. It needs a library that was built
 * (see {@link PassthroughLibrary}), a libfuse whose way is known, root, and a kernel that offers
 * it; where one is missing nothing is registered, and everything is read from us. Safe for use by
 * many threads.
 */
final class Passthrough implements BackingFiles.Kernel {
  private static final Logger LOG = LoggerFactory.getLogger(Passthrough.class);

  private final Optional<PassthroughLibrary.Calls> library;
  private final AtomicBoolean complained = new AtomicBoolean();

  /** What the library knows of the session; must live as long as that. */
  private final NativeBlock session = NativeBlock.allocate(PassthroughLibrary.BLOCK_SIZE);

  /** Written once, before there is any request. */
  private volatile int connection = -1;

  private Passthrough(Optional<PassthroughLibrary.Calls> library) {
    this.library = library;
  }

  /** For a session of this libfuse. */
  static Passthrough of(Fuse3Library fuse) {
    if (!Fuse3Layout.customIoIsKnown(fuse.version())) {
      LOG.debug("no passthrough: not known for libfuse {}", fuse.release());
      return new Passthrough(Optional.empty());
    }
    if (Libc.calls().geteuid() != 0) {
      LOG.debug("no passthrough: it is for root only");
      return new Passthrough(Optional.empty());
    }
    return new Passthrough(PassthroughLibrary.load());
  }

  /** What the session must be created with. */
  long userData() {
    return session.address();
  }

  /** Has the session agree on passthrough with the kernel; once mounted, before any request. */
  void attach(Fuse3Library fuse, long address) {
    if (library.isPresent()) {
      int descriptor = fuse.calls().sessionFd(address);
      int status = fuse.calls().sessionCustomIo(address, library.get().customIo(), descriptor);
      if (status == 0) {
        connection = descriptor;
      } else {
        LOG.info("no passthrough: libfuse has refused it with status {}", status);
      }
    }
  }

  @Override
  public boolean isReady() {
    return connection >= 0
        && library.map(calls -> calls.passthroughAgreed(session.address()) != 0).orElse(false);
  }

  @Override
  public OptionalInt register(LocalCopy copy) {
    int file = Libc.calls().open(copy.path().toString(), Libc.O_RDONLY_CLOEXEC_NONBLOCK);
    if (file < 0) {
      return OptionalInt.empty();
    }
    try {
      if (!copy.isIntact(Path.of("/proc/self/fd", Integer.toString(file)))) {
        return OptionalInt.empty();
      }
      return registered(copy, library.orElseThrow().backingOpen(connection, file));
    } finally {
      Libc.calls().close(file);
    }
  }

  private OptionalInt registered(LocalCopy copy, int number) {
    if (number > 0) {
      return OptionalInt.of(number);
    }
    if (complained.compareAndSet(false, true)) {
      LOG.info("the kernel does not read {} in our place: errno {}", copy.path(), -number);
    }
    return OptionalInt.empty();
  }

  @Override
  public void unregister(int number) {
    int status = library.orElseThrow().backingClose(connection, number);
    if (status != 0) {
      LOG.warn("the kernel does not give up a local copy: errno {}", -status);
    }
  }

  /** Writes what answers an open request to have a registered copy read. */
  void writeReply(NativeBlock target, long handle, int number) {
    library.orElseThrow().openReply(target.address(), handle, number);
  }
}
