package org.ekkofs.fuse;

import com.kenai.jffi.Function;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.util.Optional;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;

/**
 * A libfuse 2 that can be used.
 *
 * @param calls its functions, all but one
 * @param create fuse_new
 * @param stat the layout of struct stat
 */
record Fuse2Library(LibFuse2.Calls calls, Function create, StatLayout stat) {
  private static final String NAME = "libfuse.so.2";

  /** The only release whose session can be driven from outside. */
  private static final int KNOWN = 29;

  /** The library of this machine; empty if there is none or it is too old. */
  static Optional<Fuse2Library> load() {
    if (Library.getCachedInstance(NAME, Library.LAZY) == null) {
      return Optional.empty();
    }
    LibFuse2.Calls calls =
        LibraryLoader.create(LibFuse2.Calls.class)
            .mapper((function, context) -> Fuse3Library.nativeName(function))
            .option(LibraryOption.IgnoreError, true)
            .load(NAME);
    long create = current("fuse_new");
    if (calls.version() != KNOWN || create == 0) {
      return Optional.empty();
    }
    Type word = Type.POINTER;
    Function function = new Function(create, word, word, word, word, word, word);
    return StatLayout.ofThisMachine().map(stat -> new Fuse2Library(calls, function, stat));
  }

  /**
   * The function as it is since 2.6. Asked for without a version, the library may give what
   * programs of its first days called by this name, with other parameters.
   */
  private static long current(String function) {
    long library = Libc.calls().dlopen(NAME, Libc.RTLD_LAZY);
    return Libc.calls().dlvsym(library, function, "FUSE_2.6");
  }

  /** Calls fuse_new; 0 if it fails. */
  long create(long channel, long arguments, long operations) {
    HeapInvocationBuffer call = new HeapInvocationBuffer(create);
    call.putAddress(channel);
    call.putAddress(arguments);
    call.putAddress(operations);
    call.putAddress(LibFuse2.OPERATIONS_SIZE);
    call.putAddress(0);
    return Invoker.getInstance().invokeAddress(create, call);
  }
}
