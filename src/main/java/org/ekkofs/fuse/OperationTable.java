package org.ekkofs.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import jnr.ffi.Runtime;

/**
 * The table of callbacks that libfuse 3 is given. Whatever a callback throws becomes the answer to
 * its request: an exception that got into native code would count as success. The table must be
 * kept for as long as the session lives. Filled by one thread.
 */
final class OperationTable {
  /** An operation; see {@link LibFuse3.Operation} for its arguments. */
  @FunctionalInterface
  interface Handler {
    void handle(Request request, long a, long b, long c, long d, long e)
        throws InterruptedException;
  }

  /** The rest of an operation, on another thread. */
  @FunctionalInterface
  interface Task {
    void run() throws InterruptedException;
  }

  private final Fuse3Library fuse;
  private final Failures failures;
  private final NativeBlock table = NativeBlock.allocate(LibFuse3.Slot.structSize());

  /** The closures; native code is freed with them. */
  private final List<LibFuse3.Operation> kept = new ArrayList<>();

  OperationTable(Fuse3Library fuse, Failures failures) {
    this.fuse = fuse;
    this.failures = failures;
  }

  /** Where {@code struct fuse_lowlevel_ops} lies. */
  long address() {
    return table.address();
  }

  /** Sets what is called with the connection's settings before the first request. */
  void onInit(LongConsumer handler) {
    put(
        LibFuse3.Slot.INIT,
        (userData, connection, b, c, d, e) -> {
          try {
            handler.accept(connection);
          } catch (RuntimeException | Error failure) {
            failures.errno(failure);
          }
        });
  }

  /** Sets an operation. */
  void set(LibFuse3.Slot slot, Handler handler) {
    put(
        slot,
        (address, a, b, c, d, e) -> {
          Request request = request(address);
          try {
            handler.handle(request, a, b, c, d, e);
          } catch (Throwable failure) {
            request.errno(failures.errno(failure));
          }
        });
  }

  /** Sets what is called with the bare request; it answers by itself and throws nothing. */
  void setBare(LibFuse3.Slot slot, LibFuse3.Operation operation) {
    put(slot, operation);
  }

  /** The request at the address, which must not have been answered. */
  Request request(long address) {
    return new Request(fuse, address);
  }

  /** Answers the bare request with the first bytes of the block. */
  void data(long address, NativeBlock block, int length) {
    fuse.calls().replyBuf(address, block.address(), length);
  }

  private void put(LibFuse3.Slot slot, LibFuse3.Operation operation) {
    kept.add(operation);
    long function =
        Runtime.getSystemRuntime()
            .getClosureManager()
            .getClosurePointer(LibFuse3.Operation.class, operation)
            .address();
    table.bytes().putLong(slot.offset(), function);
  }

  /** The task, with the request answered by what the task throws. */
  Runnable guard(Request request, Task task) {
    return () -> {
      try {
        task.run();
      } catch (Throwable failure) {
        request.errno(failures.errno(failure));
      }
    };
  }
}
