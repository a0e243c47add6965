package org.ekkofs.app;

import java.io.PrintStream;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.ErrorKind;
import org.ekkofs.model.Names;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a failure becomes for the user: one line, and an exit status. */
record Failures(PrintStream err) {
  /** What every message begins with. */
  static final String PREFIX = "ekkofs: ";

  private static final int INTERNAL_ERROR = 1;
  private static final int MAX_LENGTH = 2000;
  private static final int USAGE = ErrorKind.INVALID.exitStatus();

  /** A command failed. */
  int failed(Throwable failure, boolean debug) {
    int status = status(failure);
    err.println(PREFIX + oneLine(message(failure)));
    if (debug) {
      failure.printStackTrace(err);
    }
    return status;
  }

  private static int status(Throwable failure) {
    if (failure instanceof EkkofsException known) {
      return known.kind().exitStatus();
    }
    if (failure instanceof ReportedFailure reported) {
      return reported.status();
    }
    return failure instanceof InterruptedException
        ? ErrorKind.CANCELLED.exitStatus()
        : INTERNAL_ERROR;
  }

  private static String message(Throwable failure) {
    if (failure instanceof EkkofsException || failure instanceof ReportedFailure) {
      return String.valueOf(failure.getMessage());
    }
    if (failure instanceof InterruptedException) {
      return "interrupted";
    }
    if (failure instanceof OutOfMemoryError) {
      return "out of memory: " + failure.getMessage() + "; give Java more with EKKOFS_JAVA_OPTS";
    }
    return "internal error: " + failure + " (use --debug)";
  }

  /** The words make no command. */
  int misused(ParameterException failure) {
    err.println(
        "ekkofs: %s; see \"%s --help\""
            .formatted(
                complaint(failure), failure.getCommandLine().getCommandSpec().qualifiedName()));
    return USAGE;
  }

  /** What is wrong with the words, in one line. */
  static String complaint(ParameterException failure) {
    Throwable cause = failure.getCause();
    if (cause instanceof EkkofsException known) {
      return oneLine(String.valueOf(known.getMessage()));
    }
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()
        && !unmatched.getCommandLine().getSubcommands().isEmpty()) {
      return "there is no command \"" + Names.printable(unmatched.getUnmatched().get(0)) + "\"";
    }
    String message = oneLine(String.valueOf(failure.getMessage()));
    return message.isEmpty()
        ? "not a command"
        : Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }

  /** Without anything that could end the line or disturb a terminal, and not endless. */
  static String oneLine(String message) {
    StringBuilder safe = new StringBuilder();
    message
        .strip()
        .codePoints()
        .limit(MAX_LENGTH)
        .map(c -> Character.isWhitespace(c) ? ' ' : c)
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .forEach(safe::appendCodePoint);
    return safe.toString();
  }
}
