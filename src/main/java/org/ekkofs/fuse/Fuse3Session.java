package org.ekkofs.fuse;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ekkofs.model.FailedException;

/**
 * A session of libfuse 3: the mount as the library sees it. Its address is used by many threads.
 */
final class Fuse3Session implements LoopThreads.Session {
  /**
   * How many reads of its own and direct ones the kernel sends at once. While so many wait it sends
   * no others, whichever file they are of, so there must be room for a lot that hang. An ordinary
   * user gets no more than the kernel's setting max_user_bgreq.
   */
  private static final int MAX_BACKGROUND = 1024;

  private static final int CONGESTION = 768;

  private final Fuse3Library fuse;
  private final OperationTable table;
  private final Passthrough passthrough;
  private final long session;

  /**
   * Creates the session; nothing is mounted yet.
   *
   * @throws FailedException if the library declines
   */
  Fuse3Session(
      Fuse3Library fuse, OperationTable table, Passthrough passthrough, FuseOptions options) {
    this.fuse = fuse;
    this.table = table;
    this.passthrough = passthrough;
    table.onInit(Fuse3Session::configure);
    this.session = create(options);
    if (session == 0) {
      throw new FailedException("libfuse " + fuse.release() + " has refused the mount options");
    }
  }

  private long create(FuseOptions options) {
    return Arguments.of("ekkofs", "-o", options(options))
        .lend(
            arguments -> {
              long created = create(arguments);
              fuse.calls().optFreeArgs(arguments);
              return created;
            });
  }

  private long create(long arguments) {
    int size = LibFuse3.Slot.structSize();
    if (!Fuse3Layout.versioned(fuse.version())) {
      return fuse.calls().sessionNew(arguments, table.address(), size, passthrough.userData());
    }
    NativeBlock version = NativeBlock.allocate(4 * Integer.BYTES);
    version.bytes().putInt(fuse.version() / 100).putInt(fuse.version() % 100);
    return fuse.calls().sessionNewVersioned(arguments, table.address(), size, version.address(), 0);
  }

  private static String options(FuseOptions options) {
    List<String> all = new ArrayList<>();
    all.add("fsname=" + FuseDevice.escape(options.fsname()));
    all.add("subtype=ekkofs");
    all.add("default_permissions");
    all.add("max_read=" + Scratch.MAX_REQUEST);
    if (options.allowOther()) {
      all.add("allow_other");
    }
    return String.join(",", all);
  }

  /** Asks for large requests, many at once, and for requests to be copied rather than spliced. */
  private static void configure(long connection) {
    NativeBlock.putIntAt(connection + Fuse3Layout.CONNECTION_MAX_READ, Scratch.MAX_REQUEST);
    NativeBlock.putIntAt(connection + Fuse3Layout.CONNECTION_MAX_BACKGROUND, MAX_BACKGROUND);
    NativeBlock.putIntAt(connection + Fuse3Layout.CONNECTION_CONGESTION, CONGESTION);
    long want = connection + Fuse3Layout.CONNECTION_WANT;
    NativeBlock.putIntAt(want, NativeBlock.intAt(want) & ~Fuse3Layout.SPLICE_CAPABILITIES);
  }

  /**
   * Mounts; requests come from here on.
   *
   * @return whether it worked; the library has told why not on standard error
   */
  boolean mount(Path mountpoint) {
    int status =
        NativeBlock.ofText(mountpoint.toString())
            .lend(path -> fuse.calls().sessionMount(session, path));
    if (status == 0) {
      passthrough.attach(fuse, session);
    }
    return status == 0;
  }

  /** Unmounts, lazily if it must. No thread may receive any more. */
  void unmount() {
    fuse.calls().sessionUnmount(session);
  }

  /** Frees the session. No request may be unanswered. */
  void destroy() {
    fuse.calls().sessionDestroy(session);
  }

  /** Has the kernel forget a name, which may wait for answers to requests. */
  void forgetName(long directory, String name) {
    NativeBlock text = NativeBlock.ofText(name);
    fuse.calls()
        .lowlevelNotifyInvalEntry(session, directory, text.address(), text.bytes().capacity() - 1L);
  }

  @Override
  public boolean exited() {
    return fuse.calls().sessionExited(session) != 0;
  }

  @Override
  public void exit() {
    fuse.calls().sessionExit(session);
  }

  @Override
  public Receiver receiver() {
    NativeBlock buffer = NativeBlock.allocate(Fuse3Layout.BUFFER_SIZE);
    buffer.bytes().putInt(Fuse3Layout.BUFFER_FD, -1);
    return new Receiver() {
      @Override
      public int receive() {
        return fuse.calls().sessionReceiveBuf(session, buffer.address());
      }

      @Override
      public void process() {
        fuse.calls().sessionProcessBuf(session, buffer.address());
      }

      /** The library allocates what the struct points at, and leaves freeing it to its caller. */
      @Override
      public void close() {
        Libc.calls().free(buffer.bytes().getLong(Fuse3Layout.BUFFER_MEMORY));
      }
    };
  }
}
