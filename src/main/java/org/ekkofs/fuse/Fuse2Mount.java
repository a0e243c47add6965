package org.ekkofs.fuse;

import java.nio.file.Path;
import java.time.Duration;
import org.ekkofs.model.FailedException;
import org.ekkofs.vfs.VirtualFileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tree mounted through libfuse 2. Its threads wait for the store themselves, as {@link
 * Fuse2Waits} tells, and there are as many as that takes. Names that change are not told to the
 * kernel, which remembers them for a short time only.
 */
final class Fuse2Mount implements FuseMount {
  private static final Logger LOG = LoggerFactory.getLogger(Fuse2Mount.class);
  private static final Duration LOOP_RESTS_FOR = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(7);

  private final Path mountpoint;
  private final Workers workers;

  private final Fuse2Session session;
  private final LoopThreads loops;
  private final Ending ending = new Ending(this::end);

  private Fuse2Mount(
      Fuse2Library fuse, VirtualFileSystem tree, Path mountpoint, FuseOptions options) {
    this.mountpoint = mountpoint;
    this.workers = new Workers(1, Fuse2Waits.EVENTS);
    EventReads events = new EventReads(workers, () -> fuse.calls().interrupted() != 0);
    Fuse2Waits waits = new Fuse2Waits(this::loops);
    Fuse2Operations operations =
        new Fuse2Operations(tree, fuse.stat(), waits, events, new Failures());
    this.session = new Fuse2Session(fuse, operations, mountpoint, options);
    this.loops = new LoopThreads(session, Fuse2Waits.THREADS, LOOP_RESTS_FOR);
  }

  private LoopThreads loops() {
    return loops;
  }

  /**
   * Mounts; the caller makes sure that it answers.
   *
   * @throws FailedException if libfuse or the kernel say no
   */
  static Fuse2Mount mount(
      Fuse2Library fuse, VirtualFileSystem tree, Path mountpoint, FuseOptions options) {
    Fuse2Mount mount = new Fuse2Mount(fuse, tree, mountpoint, options);
    mount.loops.start();
    return mount;
  }

  @Override
  public String binding() {
    return "libfuse 2.9";
  }

  @Override
  public Path mountpoint() {
    return mountpoint;
  }

  @Override
  public void awaitUnmount() throws InterruptedException {
    loops.await();
  }

  @Override
  public void close() {
    ending.run();
  }

  private void end() throws InterruptedException {
    workers.endEvents();
    boolean quiet = loops.end(GRACE, PATIENCE);
    quiet &= workers.end();
    if (quiet) {
      session.end();
    } else {
      session.abandon();
      LOG.warn("{} is unmounted, but some reads still wait for the store", mountpoint);
    }
  }
}
