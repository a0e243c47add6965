package org.ekkofs.endtoend;

import java.util.stream.Stream;

/** Booting from a mount through libfuse 2. */
class BootByFuse2IT extends BootContract {
  /** How QEMU reads the disk; what is not here is tried by the other binding. */
  static Stream<String> ways() {
    return Stream.of("cache=none,aio=threads", "cache=writeback,aio=io_uring");
  }

  @Override
  String binding() {
    return "fuse2";
  }
}
