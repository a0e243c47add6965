package org.ekkofs.fuse;

import java.nio.file.Path;

/** Mounts a test tree and serves it until it is unmounted: for tests that kill the server. */
public final class Serve {
  private Serve() {}

  /** Arguments: binding, mountpoint, bytes, one data block in so many. */
  public static void main(String[] arguments) throws InterruptedException {
    SparseContent content =
        new SparseContent(Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]), 1);
    FuseOptions options = FuseOptions.defaults().withBinding(Binding.parse(arguments[0]));
    try (FuseMount mount = Fuse.mount(new TestTree(content), Path.of(arguments[1]), options)) {
      System.out.println("serving by " + mount.binding());
      mount.awaitUnmount();
    }
    System.out.println("unmounted");
  }
}
