package org.ekkofs.app;

/** What another process of ekkofs failed with, to be reported as if it had failed here. */
final class ReportedFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * A failure.
   *
   * @param status the exit status of that process
   * @param message what it said
   */
  ReportedFailure(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
