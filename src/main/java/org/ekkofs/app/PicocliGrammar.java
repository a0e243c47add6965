package org.ekkofs.app;

import java.util.List;
import org.ekkofs.control.Command;
import org.ekkofs.control.Grammar;
import org.ekkofs.model.InvalidException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The grammar of the command line, for single lines: words are cut as a shell cuts them, then read
 * by the very commands of the program.
 */
public final class PicocliGrammar implements Grammar {
  @Override
  public Command parse(String line) {
    List<String> words = Words.split(line);
    try {
      ParseResult parsed = CommandLines.control().parseArgs(words.toArray(String[]::new));
      if (parsed.hasSubcommand()) {
        return action(parsed.subcommand().commandSpec().commandLine()).command();
      }
    } catch (ParameterException e) {
      throw new InvalidException(Failures.complaint(e), e);
    }
    throw new InvalidException("the line is empty");
  }

  private static ControlAction action(CommandLine command) {
    return command.getCommand();
  }
}
