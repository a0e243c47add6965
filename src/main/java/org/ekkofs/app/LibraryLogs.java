package org.ekkofs.app;

import java.text.MessageFormat;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What libraries say through the platform's own logging: for {@code --debug} only, since whatever a
 * user must know is said by the code that used the library. Java finds this class by its service
 * file.
 */
public final class LibraryLogs extends System.LoggerFinder {
  @Override
  public System.Logger getLogger(String name, Module module) {
    return new Quiet(name);
  }

  /** Asks for the other logger when something is said, so that none is made before its time. */
  private record Quiet(String name) implements System.Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return System.getProperty(Logs.LEVEL) != null && level.compareTo(Level.WARNING) >= 0;
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      if (isLoggable(level)) {
        logger().warn(String.valueOf(message), thrown);
      }
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... parameters) {
      if (isLoggable(level)) {
        logger().warn(format == null ? "" : MessageFormat.format(format, parameters));
      }
    }

    private Logger logger() {
      return LoggerFactory.getLogger(name);
    }
  }
}
