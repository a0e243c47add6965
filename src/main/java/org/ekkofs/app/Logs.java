package org.ekkofs.app;

/** What the configuration of logging is told by the command line, before anything logs. */
final class Logs {
  static final String LEVEL = "ekkofs.log.level";
  static final String DAEMON = "ekkofs.log.daemon";

  private Logs() {}

  /** Has everything logged with stack traces, or warnings only. */
  static void configure(boolean debug) {
    if (debug) {
      System.setProperty(LEVEL, "DEBUG");
    }
  }

  /** Has a daemon say what it does, with the time. */
  static void forDaemon() {
    System.setProperty(DAEMON, "true");
  }
}
