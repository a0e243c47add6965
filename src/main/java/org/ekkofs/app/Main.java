package org.ekkofs.app;

import java.util.List;

/** Entry point of the command line. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit status. */
  public static void main(String[] args) {
    Interruption interruption = new Interruption(Thread.currentThread());
    Console console = Console.ofProcess(System.getenv(BackgroundMount.MARK) != null);
    System.exit(
        interruption.guard(
            () ->
                CommandLines.run(
                    List.of(args), new World(System.getenv(), console, interruption))));
  }
}
