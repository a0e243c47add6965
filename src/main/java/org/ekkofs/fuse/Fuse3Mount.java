package org.ekkofs.fuse;

import java.nio.file.Path;
import java.time.Duration;
import org.ekkofs.model.FailedException;
import org.ekkofs.vfs.VirtualFileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tree mounted through libfuse 3.
 *
 * <table>
 * <caption>Threads, and what they may do</caption>
 * <tr><td>ekkofs-fuse-*</td><td>take requests, answer what is at hand, never wait for the store</td></tr>
 * <tr><td>ekkofs-read-*, ekkofs-open-*</td><td>wait for the store</td></tr>
 * <tr><td>ekkofs-local-*</td><td>wait for the local disk</td></tr>
 * <tr><td>ekkofs-control-*</td><td>change the control directory</td></tr>
 * <tr><td>ekkofs-event-*</td><td>wait for jobs, until interrupted</td></tr>
 * <tr><td>ekkofs-names-*</td><td>tells the kernel of changed names</td></tr>
 * </table>
 */
final class Fuse3Mount implements FuseMount {
  private static final Logger LOG = LoggerFactory.getLogger(Fuse3Mount.class);
  private static final int EVENT_THREADS = 64;
  private static final Duration LOOP_RESTS_FOR = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Fuse3Library fuse;
  private final Path mountpoint;
  private final VirtualFileSystem tree;
  private final Workers workers;

  /** Holds the native functions for as long as the session lives. */
  private final OperationTable table;

  /** Holds what native code knows of the session for as long as that lives. */
  private final Passthrough passthrough;

  private final BackingFiles backings;
  private final FileOperations files;
  private final Fuse3Session session;
  private final LoopThreads loops;
  private final NameChanges changes;
  private final Ending ending = new Ending(this::end);

  private Fuse3Mount(
      Fuse3Library fuse, VirtualFileSystem tree, Path mountpoint, FuseOptions options) {
    this.fuse = fuse;
    this.tree = tree;
    this.mountpoint = mountpoint;
    this.workers = new Workers(options.readThreads(), EVENT_THREADS);
    Failures failures = new Failures();
    NodeTable nodes = new NodeTable(tree.root());
    Served served = new Served(tree, nodes, workers, failures);
    this.table = new OperationTable(fuse, failures);
    NameOperations names = new NameOperations(served, table);
    names.register();
    new AttributeOperations(served, table).register();
    new DirectoryOperations(served, table).register();
    this.passthrough = Passthrough.of(fuse);
    this.backings = new BackingFiles(passthrough);
    this.files = new FileOperations(served, table, backings, passthrough);
    files.register();
    this.session = new Fuse3Session(fuse, table, passthrough, options);
    this.loops = new LoopThreads(session, options.loopThreads(), LOOP_RESTS_FOR);
    this.changes =
        new NameChanges(
            (directory, name) -> {
              names.awaitAnswers();
              session.forgetName(nodes.number(directory.attributes().inode()), name);
            },
            failures);
  }

  /**
   * Mounts; the caller makes sure that it answers.
   *
   * @throws FailedException if libfuse or the kernel say no
   */
  static Fuse3Mount mount(
      Fuse3Library fuse, VirtualFileSystem tree, Path mountpoint, FuseOptions options) {
    Fuse3Mount mount = new Fuse3Mount(fuse, tree, mountpoint, options);
    if (!mount.session.mount(mountpoint)) {
      mount.session.destroy();
      throw new FailedException("libfuse cannot mount at " + mountpoint);
    }
    mount.changes.start();
    tree.listen(mount.changes);
    mount.loops.start();
    return mount;
  }

  @Override
  public String binding() {
    return "libfuse " + fuse.release() + (passesThrough() ? " with passthrough" : "");
  }

  /** Whether the kernel reads local copies in our place. */
  boolean passesThrough() {
    return passthrough.isReady();
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

  /** A thread that cannot be ended keeps the session's memory; all else is given back. */
  private void end() throws InterruptedException {
    tree.listen((directory, name) -> {});
    boolean quiet = changes.end();
    workers.endEvents();
    quiet &= loops.end(GRACE, PATIENCE);
    quiet &= workers.end();
    backings.end();
    session.unmount();
    files.closeAll();
    if (quiet) {
      session.destroy();
    } else {
      Immortal.keep(table);
      Immortal.keep(passthrough);
      LOG.warn("{} is unmounted, but some reads still wait for the store", mountpoint);
    }
  }
}
