package org.ekkofs.app;

import java.util.Optional;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code help}: how to use ekkofs, or one of its commands. */
@Command(
    name = "help",
    header = "Show how to use a command.",
    footer = {"", "Example:", "  ekkofs help snapshot"})
final class HelpCommand implements Action {
  @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command.")
  private Optional<String> command = Optional.empty();

  @Spec private CommandSpec spec;

  @Override
  public void run(Context context) {
    CommandLine program = spec.parent().commandLine();
    context.out().print(command.map(name -> of(program, name)).orElse(program).getUsageMessage());
  }

  private static CommandLine of(CommandLine program, String name) {
    return Optional.ofNullable(program.getSubcommands().get(name))
        .orElseThrow(
            () -> new InvalidException("there is no command \"" + Names.printable(name) + "\""));
  }
}
