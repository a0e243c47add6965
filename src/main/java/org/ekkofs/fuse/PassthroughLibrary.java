package org.ekkofs.fuse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import jnr.ffi.LibraryLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The optional C of passthrough, as {@code native/passthrough.c} describes it. */
final class PassthroughLibrary {
  /** The system property that says where it is. */
  static final String PLACE = "ekkofs.passthrough";

  /** Session data and replies to open requests. */
  static final int BLOCK_SIZE = 16;

  private static final Logger LOG = LoggerFactory.getLogger(PassthroughLibrary.class);
  private static final Pattern HUMP = Pattern.compile("(?=[A-Z])");

  private PassthroughLibrary() {}

  /** The functions. Public only for the generated stubs. */
  public interface Calls {
    long customIo();

    int passthroughAgreed(long session);

    int backingOpen(int connection, int descriptor);

    int backingClose(int connection, int number);

    void openReply(long target, long handle, int number);
  }

  /** The library; empty if it was not built, or cannot be loaded, which is logged. */
  static Optional<Calls> load() {
    String place = System.getProperty(PLACE, "");
    if (place.isEmpty() || !Files.isRegularFile(Path.of(place))) {
      LOG.debug("no passthrough: its library was not built");
      return Optional.empty();
    }
    try {
      return Optional.of(
          LibraryLoader.create(Calls.class)
              .mapper((function, context) -> nativeName(function))
              .failImmediately()
              .load(place));
    } catch (UnsatisfiedLinkError e) {
      LOG.info("no passthrough: cannot load {}: {}", place, e.getMessage());
      return Optional.empty();
    }
  }

  /** {@code backingOpen} is {@code ekkofs_backing_open}. */
  private static String nativeName(String method) {
    return "ekkofs_" + HUMP.matcher(method).replaceAll("_").toLowerCase(Locale.ROOT);
  }
}
