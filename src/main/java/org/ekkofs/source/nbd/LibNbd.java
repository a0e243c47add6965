package org.ekkofs.source.nbd;

import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;
import org.ekkofs.model.FailedException;

/**
 * What is used of libnbd, all of it there since its version 1.4. Handles and texts are plain
 * addresses; sizes and offsets are 64 bits wide. The names are those of the C functions without
 * {@code nbd_}, in camel case.
 */
final class LibNbd {
  static final int SIZE_MINIMUM = 0;
  static final int SIZE_MAXIMUM = 2;
  static final int ENOENT = 2;

  private static final String NAME = "libnbd.so.0";
  private static final Pattern HUMP = Pattern.compile("(?=[A-Z])");
  private static final int LONGEST_WORDS = 300;

  /** The functions. Public only for the generated stubs. */
  public interface Calls {
    long create();

    void close(long handle);

    long getError();

    int getErrno();

    int setExportName(long handle, long name);

    int addMetaContext(long handle, long name);

    int aioConnectUri(long handle, long uri);

    int aioConnectUnix(long handle, long path);

    int aioIsConnecting(long handle);

    int aioIsReady(long handle);

    int aioGetFd(long handle);

    int aioDisconnect(long handle, int flags);

    int poll(long handle, int milliseconds);

    long getSize(long handle);

    long getBlockSize(long handle, int type);

    int canMetaContext(long handle, long name);

    int canMultiConn(long handle);

    int pread(long handle, long buffer, long count, long offset, int flags);
  }

  /** Loads the library once; a failure to do so is told each time. */
  private static final class Loaded {
    static final Calls CALLS =
        LibraryLoader.create(Calls.class)
            .mapper((function, context) -> nativeName(function))
            .option(LibraryOption.IgnoreError, true)
            .failImmediately()
            .load(NAME);
  }

  private LibNbd() {}

  /**
   * The functions.
   *
   * @throws FailedException if libnbd is not installed
   */
  static Calls calls() {
    library();
    return Loaded.CALLS;
  }

  /** Where a function lies. */
  static long address(String function) {
    return library().getSymbolAddress(function);
  }

  private static Library library() {
    Library library = Library.getCachedInstance(NAME, Library.LAZY);
    if (library == null) {
      throw new FailedException(
          "reading disks by NBD needs libnbd, which is not installed: install the package libnbd0");
    }
    return library;
  }

  /** {@code getSize} is {@code nbd_get_size}. */
  static String nativeName(String method) {
    return "nbd_" + HUMP.matcher(method).replaceAll("_").toLowerCase(Locale.ROOT);
  }

  /** What this thread's last call complains of, fit to end a line with. */
  static String lastError() {
    long address = calls().getError();
    return address == 0 ? "no reason given" : words(text(address, LONGEST_WORDS));
  }

  /** One line without the function's name, nor anything that a terminal would obey. */
  static String words(String error) {
    String line = error.replaceAll("[\\p{Cntrl} ]+", " ").strip();
    return line.replaceFirst("^nbd_[a-z_]+: ", "");
  }

  /** The zero-terminated UTF-8 text at the address, cut to so many bytes. */
  static String text(long address, int limit) {
    byte[] bytes = MemoryIO.getInstance().getZeroTerminatedByteArray(address, limit);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
