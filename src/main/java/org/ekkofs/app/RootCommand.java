package org.ekkofs.app;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code ekkofs} itself: the options that all commands have. */
@Command(
    name = "ekkofs",
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    header = "Incremental-forever backups of virtual-machine disks, mounted as a filesystem.",
    footer = {
      "",
      "Exit status: 0 done, 1 failed, 2 usage, 3 not found, 4 exists, 5 refused,",
      "6 corrupt, 7 store unavailable, 130 interrupted.",
      "",
      "Example:",
      "  export EKKOFS_REPOSITORY=/srv/backups",
      "  ekkofs init",
      "  ekkofs snapshot disk.raw web/monday",
      "  ekkofs mount /mnt/backups"
    })
final class RootCommand {
  @Option(
      names = {"-r", "--repository"},
      paramLabel = "REPOSITORY",
      scope = ScopeType.INHERIT,
      description =
          "A folder, s3://bucket[/prefix] or swift://container[/prefix] with the backups"
              + " ($EKKOFS_REPOSITORY).")
  Optional<String> repository = Optional.empty();

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description =
          "Where to keep what can be fetched again ($EKKOFS_CACHE_DIR; else ~/.cache/ekkofs).")
  Optional<Path> cacheFolder = Optional.empty();

  @Mixin StoreOptions store = new StoreOptions();

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show stack traces and what goes on inside.")
  boolean debug;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "Show no progress, and say nothing when all went well.")
  boolean quiet;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  boolean help;

  @Option(names = "--version", versionHelp = true, description = "Show the version.")
  boolean version;
}
