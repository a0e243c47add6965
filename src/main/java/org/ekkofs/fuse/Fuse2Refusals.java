package org.ekkofs.fuse;

import jnr.ffi.Pointer;
import ru.serce.jnrfuse.FuseStubFS;

/**
 * What is refused under libfuse 2 wherever in the tree it is asked for: everything that would
 * change more than the files of the control directory.
 */
abstract class Fuse2Refusals extends FuseStubFS {
  /** An operation's result. */
  @FunctionalInterface
  interface Body {
    int run() throws InterruptedException;
  }

  private final PathNodes nodes;
  private final Failures failures;

  Fuse2Refusals(PathNodes nodes, Failures failures) {
    this.nodes = nodes;
    this.failures = failures;
  }

  /** Runs an operation; whatever it throws becomes an error number. */
  final int guard(Body body) {
    try {
      return body.run();
    } catch (Throwable failure) {
      return -failures.errno(failure);
    }
  }

  private int refuse(String path) {
    return guard(
        () -> {
          throw ReadOnly.refusal(nodes.node(path));
        });
  }

  private int refuseIn(String path) {
    return guard(
        () -> {
          throw ReadOnly.refusal(nodes.parent(path));
        });
  }

  @Override
  public int chmod(String path, long mode) {
    return refuse(path);
  }

  @Override
  public int chown(String path, long uid, long gid) {
    return refuse(path);
  }

  @Override
  public int setxattr(String path, String name, Pointer value, long size, int flags) {
    return refuse(path);
  }

  @Override
  public int removexattr(String path, String name) {
    return refuse(path);
  }

  @Override
  public int mknod(String path, long mode, long device) {
    return refuseIn(path);
  }

  @Override
  public int mkdir(String path, long mode) {
    return refuseIn(path);
  }

  @Override
  public int rmdir(String path) {
    return refuseIn(path);
  }

  @Override
  public int symlink(String target, String path) {
    return refuseIn(path);
  }

  @Override
  public int rename(String path, String other) {
    return refuseIn(path);
  }

  @Override
  public int link(String path, String other) {
    return refuseIn(other);
  }
}
