package org.ekkofs.store.jclouds;

import org.jclouds.logging.BaseLogger;
import org.jclouds.logging.Logger;
import org.jclouds.logging.config.LoggingModule;

/**
 * What the libraries say, which would name credentials and repeat every failure: nothing. (The
 * library's own way of saying nothing still prints errors.)
 */
final class Silence extends LoggingModule {
  @Override
  public Logger.LoggerFactory createLoggerFactory() {
    return Nothing::new;
  }

  private static final class Nothing extends BaseLogger {
    private final String category;

    private Nothing(String category) {
      this.category = category;
    }

    @Override
    public String getCategory() {
      return category;
    }

    @Override
    protected void logError(String message, Throwable e) {}

    @Override
    protected void logError(String message) {}

    @Override
    protected void logWarn(String message, Throwable e) {}

    @Override
    protected void logWarn(String message) {}

    @Override
    protected void logInfo(String message) {}

    @Override
    protected void logDebug(String message) {}

    @Override
    protected void logTrace(String message) {}

    @Override
    public boolean isErrorEnabled() {
      return false;
    }

    @Override
    public boolean isWarnEnabled() {
      return false;
    }

    @Override
    public boolean isInfoEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return false;
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }
  }
}
