package org.ekkofs.endtoend;

import java.util.stream.Stream;

/** Booting from a mount through libfuse 3. */
class BootByFuse3IT extends BootContract {
  /** How QEMU reads the disk; what is not here is tried by the other binding. */
  static Stream<String> ways() {
    return Stream.of(
        "cache=none,aio=native", "cache=none,aio=io_uring", "cache=writeback,aio=threads");
  }

  @Override
  String binding() {
    return "fuse3";
  }
}
