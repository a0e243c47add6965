package org.ekkofs.source.nbd;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Closure;
import com.kenai.jffi.ClosureManager;
import com.kenai.jffi.Function;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Struct;
import com.kenai.jffi.Type;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A call of {@code nbd_block_status}. It is not bound by jnr-ffi because it takes a struct by
 * value, {@code {callback, user data, free}}, which only the library below that can pass. For one
 * thread at a time; must be closed.
 */
final class ExtentCall implements AutoCloseable {
  private static final Struct CALLBACK = Struct.newStruct(Type.POINTER, Type.POINTER, Type.POINTER);

  private static final CallContext STATUS_TYPE =
      new CallContext(Type.SINT, Type.POINTER, Type.UINT64, Type.UINT64, CALLBACK, Type.UINT32);

  /** User data, name of the context, offset, entries, how many words of them, where errors go. */
  private static final CallContext CALLBACK_TYPE =
      CallContext.getCallContext(
          Type.SINT,
          new Type[] {
            Type.POINTER, Type.POINTER, Type.UINT64, Type.POINTER, Type.ULONG, Type.POINTER
          },
          CallingConvention.DEFAULT,
          false);

  /** No server may call its contexts anything longer. */
  private static final int LONGEST_NAME = 4096;

  /** More entries of one answer are not looked at: 1 MiB of them, as many as QEMU sends. */
  private static final int MOST_WORDS = 2 * (128 << 10);

  /** Told the entries of a context: pairs of a length and a number, both unsigned. */
  interface Listener {
    void entries(String context, long offset, int[] words);
  }

  private final Function status = new Function(LibNbd.address("nbd_block_status"), STATUS_TYPE);
  private final Closure.Handle closure =
      ClosureManager.getInstance().newClosure(this::called, CALLBACK_TYPE);
  private final ByteBuffer callback =
      ByteBuffer.allocateDirect(CALLBACK.size()).order(ByteOrder.nativeOrder());

  /** Who listens to the call under way, on its thread. */
  private Listener listener = (context, offset, words) -> {};

  /** What the listener threw; null if nothing. */
  private @Nullable Throwable thrown;

  ExtentCall() {
    MemoryIO.getInstance()
        .putAddress(MemoryIO.getInstance().getDirectBufferAddress(callback), closure.getAddress());
  }

  /**
   * Asks for extents; 0 if the server has answered. What the listener throws is thrown from here.
   */
  int ask(long handle, long offset, long count, Listener to) {
    HeapInvocationBuffer arguments = new HeapInvocationBuffer(status);
    arguments.putAddress(handle);
    arguments.putLong(count);
    arguments.putLong(offset);
    arguments.putStruct(MemoryIO.getInstance().getDirectBufferAddress(callback));
    arguments.putInt(0);
    listener = to;
    thrown = null;
    int result = invoke(arguments);
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException failure) {
      throw failure;
    }
    return result;
  }

  private int invoke(HeapInvocationBuffer arguments) {
    try {
      return Invoker.getInstance().invokeInt(status, arguments);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Nothing may escape into native code, which would take it for success. */
  private void called(Closure.Buffer buffer) {
    try {
      String context = LibNbd.text(buffer.getAddress(1), LONGEST_NAME);
      long count = Math.min(buffer.getLong(4), MOST_WORDS);
      int[] words = new int[(int) count];
      MemoryIO.getInstance().getIntArray(buffer.getAddress(3), words, 0, words.length);
      listener.entries(context, buffer.getLong(2), words);
      buffer.setIntReturn(0);
    } catch (Throwable failure) {
      thrown = failure;
      buffer.setIntReturn(-1);
    }
  }

  @Override
  public void close() {
    closure.dispose();
  }
}
