package org.ekkofs.fuse;

import com.kenai.jffi.Library;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jnr.ffi.LibraryLoader;
import jnr.ffi.LibraryOption;

/**
 * A libfuse 3 whose layouts are known.
 *
 * @param calls its functions
 * @param layout where it keeps things
 * @param version 100 times the major plus the minor version
 * @param release the whole version, for people
 */
record Fuse3Library(LibFuse3.Calls calls, Fuse3Layout layout, int version, String release) {
  private static final Pattern HUMP = Pattern.compile("(?=[A-Z])");

  /** The library of this machine; empty if there is none or its version is not known. */
  static Optional<Fuse3Library> load() {
    return Stream.of("libfuse3.so.4", "libfuse3.so.3")
        .filter(name -> Library.getCachedInstance(name, Library.LAZY) != null)
        .findFirst()
        .flatMap(Fuse3Library::bind);
  }

  private static Optional<Fuse3Library> bind(String name) {
    LibFuse3.Calls calls =
        LibraryLoader.create(LibFuse3.Calls.class)
            .mapper((function, context) -> nativeName(function))
            .option(LibraryOption.IgnoreError, true)
            .load(name);
    int version = calls.version();
    boolean known =
        version >= Fuse3Layout.FIRST_KNOWN
            && version <= Fuse3Layout.LAST_KNOWN
            && Fuse3Layout.versioned(version) == exports(name, "fuse_session_new_versioned");
    if (!known) {
      return Optional.empty();
    }
    String release = calls.pkgversion();
    return StatLayout.ofThisMachine()
        .map(stat -> new Fuse3Layout(stat, Fuse3Layout.noflushBit(version, release)))
        .map(layout -> new Fuse3Library(calls, layout, version, release));
  }

  private static boolean exports(String name, String symbol) {
    Library library = Library.getCachedInstance(name, Library.LAZY);
    return library != null && library.getSymbolAddress(symbol) != 0;
  }

  /** {@code replyBuf} is {@code fuse_reply_buf}. */
  static String nativeName(String method) {
    return "fuse_" + HUMP.matcher(method).replaceAll("_").toLowerCase(Locale.ROOT);
  }
}
