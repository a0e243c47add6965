package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ekkofs.model.FailedException;

/** A mounted session of libfuse 2. Its addresses are used by many threads. */
final class Fuse2Session implements LoopThreads.Session {
  /** The kernel sends no more at once to what speaks like libfuse 2. */
  private static final int MAX_READ = 128 << 10;

  /**
   * How many requests that nobody waits for the kernel sends at once: fewer than {@link Fuse2Waits}
   * lets wait, so that reading ahead of what hangs cannot take all.
   */
  private static final int MAX_BACKGROUND = 256;

  private static final int CONGESTION = 192;
  private static final double MILLIS = 1000;

  private final Fuse2Library library;
  private final LibFuse2.Calls calls;

  /** Kept, as their native functions are freed with them. */
  private final Fuse2Operations operations;

  private final NativeBlock table;
  private final Path mountpoint;
  private final long channel;
  private final long fuse;
  private final long session;

  /**
   * Mounts; requests wait from here on.
   *
   * @throws FailedException if libfuse or the kernel say no
   */
  Fuse2Session(
      Fuse2Library library, Fuse2Operations operations, Path mountpoint, FuseOptions options) {
    this.library = library;
    this.operations = operations;
    this.table = operations.table();
    this.calls = library.calls();
    this.mountpoint = mountpoint;
    this.channel = mount(options);
    if (channel == 0) {
      throw new FailedException("libfuse cannot mount at " + mountpoint);
    }
    this.fuse = create(options);
    if (fuse == 0) {
      calls.unmount(mountpoint.toString(), channel);
      throw new FailedException("libfuse 2 has refused the mount options");
    }
    this.session = calls.getSession(fuse);
  }

  private long mount(FuseOptions options) {
    List<String> all = new ArrayList<>();
    all.add("fsname=" + FuseDevice.escape(options.fsname()));
    all.add("subtype=ekkofs");
    all.add("default_permissions");
    all.add("max_read=" + MAX_READ);
    if (options.allowOther()) {
      all.add("allow_other");
    }
    return Arguments.of("ekkofs", "-o", String.join(",", all))
        .lend(
            arguments -> {
              long mounted = calls.mount(mountpoint.toString(), arguments);
              calls.optFreeArgs(arguments);
              return mounted;
            });
  }

  private long create(FuseOptions options) {
    String seconds = seconds(options.fuse2ValidFor());
    String settings =
        "use_ino,readdir_ino,hard_remove,max_background=%d,congestion_threshold=%d,"
                .formatted(MAX_BACKGROUND, CONGESTION)
            // A name that comes back is to show at once.
            + "attr_timeout=%s,entry_timeout=%s,negative_timeout=0".formatted(seconds, seconds);
    return Arguments.of("ekkofs", "-o", settings)
        .lend(
            arguments -> {
              long created = library.create(channel, arguments, table.address());
              calls.optFreeArgs(arguments);
              return created;
            });
  }

  private static String seconds(Duration duration) {
    return Double.toString(duration.toMillis() / MILLIS);
  }

  /** Unmounts, lazily if it must, and frees everything. No thread may have a request. */
  void end() {
    calls.unmount(mountpoint.toString(), channel);
    calls.destroy(fuse);
    operations.closeAll();
  }

  /**
   * Unmounts and frees nothing, as threads still have requests. The device is closed by putting
   * something harmless under its number, so that a late answer goes nowhere.
   */
  void abandon() {
    int nowhere = Libc.calls().open("/dev/null", Libc.O_WRONLY_CLOEXEC);
    Libc.calls().dup2(nowhere, calls.chanFd(channel));
    Libc.calls().close(nowhere);
    Mountpoints.detach(mountpoint, true);
    operations.closeAll();
    Immortal.keep(this);
  }

  @Override
  public boolean exited() {
    return calls.sessionExited(session) != 0;
  }

  @Override
  public void exit() {
    calls.sessionExit(session);
  }

  @Override
  public Receiver receiver() {
    int size = Math.toIntExact(calls.chanBufsize(channel));
    NativeBlock memory = NativeBlock.allocate(size);
    NativeBlock buffer = NativeBlock.allocate(LibFuse2.BUFFER_SIZE);
    NativeBlock pointer = NativeBlock.allocate(Long.BYTES);
    return new Receiver() {
      @Override
      public int receive() {
        ByteBuffer fields = buffer.bytes();
        fields.putLong(LibFuse2.BUFFER_LENGTH, size);
        fields.putInt(LibFuse2.BUFFER_FLAGS, 0);
        fields.putLong(LibFuse2.BUFFER_MEMORY, memory.address());
        fields.putInt(LibFuse2.BUFFER_FD, -1);
        pointer.bytes().putLong(0, channel);
        return calls.sessionReceiveBuf(session, buffer.address(), pointer.address());
      }

      @Override
      public void process() {
        calls.sessionProcessBuf(session, buffer.address(), pointer.bytes().getLong(0));
      }

      /** The buffers are freed once nothing refers to them. */
      @Override
      public void close() {}
    };
  }
}
