package org.ekkofs.app;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Names;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.ImageFormat;
import org.ekkofs.store.RateLimit;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Puts the command lines together: that of the program and that of the control directory. */
final class CommandLines {
  private CommandLines() {}

  /** Runs a command line of the program; gives the exit status. */
  static int run(List<String> words, World world) {
    RootCommand root = new RootCommand();
    Console console = world.console();
    Failures failures = new Failures(console.err());
    try {
      CommandLine line = program(root);
      line.setParameterExceptionHandler((failure, given) -> failures.misused(failure));
      line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
      line.setExecutionStrategy(parsed -> execute(parsed, new Context(root, world), failures));
      int status = line.execute(words.toArray(String[]::new));
      console.flush();
      return status;
    } catch (RuntimeException | Error e) {
      return failures.failed(e, root.debug);
    }
  }

  private static int execute(ParseResult parsed, Context context, Failures failures) {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    CommandLine command = innermost(parsed);
    if (!(command.getCommand() instanceof Action action)) {
      throw new ParameterException(command, "Say what to do");
    }
    Logs.configure(context.debug());
    try {
      action.run(context);
      return 0;
    } catch (Exception | Error e) {
      return failures.failed(context.causeOf(e), context.debug());
    }
  }

  private static CommandLine innermost(ParseResult parsed) {
    ParseResult result = parsed;
    while (result.hasSubcommand()) {
      result = result.subcommand();
    }
    return result.commandSpec().commandLine();
  }

  private static CommandLine program(RootCommand root) {
    CommandLine line = new CommandLine(root);
    line.addSubcommand(new InitCommand());
    line.addSubcommand(new SnapshotCommand());
    line.addSubcommand(new LsCommand());
    line.addSubcommand(new TreeCommand());
    line.addSubcommand(new ShowCommand());
    line.addSubcommand(new MountCommand());
    line.addSubcommand(new UmountCommand());
    line.addSubcommand(new RestoreCommand());
    line.addSubcommand(new DeleteCommand());
    line.addSubcommand(new UndeleteCommand());
    line.addSubcommand(new ProtectCommand());
    line.addSubcommand(new UnprotectCommand());
    line.addSubcommand(new SweepCommand());
    line.addSubcommand(new VerifyCommand());
    line.addSubcommand(new CopyCommand());
    line.addSubcommand(new RevokeCommand());
    line.addSubcommand(new StatsCommand());
    line.addSubcommand(key());
    line.addSubcommand(cache());
    line.addSubcommand(log());
    line.addSubcommand(new HelpCommand());
    return withValues(line);
  }

  private static CommandLine key() {
    return new CommandLine(new KeyCommand())
        .addSubcommand(new KeyListCommand())
        .addSubcommand(new KeyAddCommand())
        .addSubcommand(new KeyRemoveCommand());
  }

  private static CommandLine cache() {
    return new CommandLine(new CacheCommand())
        .addSubcommand(new CacheFillCommand())
        .addSubcommand(new CacheDropCommand())
        .addSubcommand(new CacheClearCommand());
  }

  private static CommandLine log() {
    return new CommandLine(new LogCommand())
        .addSubcommand(new LogShowCommand())
        .addSubcommand(new LogUseCommand())
        .addSubcommand(new LogRebuildCommand())
        .addSubcommand(new LogClaimCommand());
  }

  /** The command line of the control directory; for one line only, since it keeps what it read. */
  static CommandLine control() {
    CommandLine line = new CommandLine(new ControlRoot());
    line.addSubcommand(new SnapshotCommand());
    line.addSubcommand(new DeleteCommand());
    line.addSubcommand(new UndeleteCommand());
    line.addSubcommand(new ProtectCommand());
    line.addSubcommand(new UnprotectCommand());
    line.addSubcommand(new SweepCommand());
    line.addSubcommand(new RefreshCommand());
    return withValues(line);
  }

  /** An empty word, as an unset variable leaves it, would mean the working directory. */
  private static Path path(String word) {
    if (word.isBlank()) {
      throw new InvalidException("the name of a file or folder is empty");
    }
    try {
      return Path.of(word);
    } catch (InvalidPathException e) {
      throw new InvalidException("\"" + Names.printable(word) + "\" cannot be a path", e);
    }
  }

  private static CommandLine withValues(CommandLine line) {
    return line.setExpandAtFiles(false)
        .registerConverter(TreeName.class, TreeName::new)
        .registerConverter(BackupName.class, BackupName::new)
        .registerConverter(BackupPath.class, BackupPath::parse)
        .registerConverter(Duration.class, Durations::parse)
        .registerConverter(RateLimit.class, StoreOptions::parseRate)
        .registerConverter(ImageFormat.class, ImageFormat::parse)
        .registerConverter(Path.class, CommandLines::path);
  }
}
