package org.ekkofs.app;

/** Entry point of the command line. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit status. */
  public static void main(String[] args) {
    System.exit(2);
  }
}
