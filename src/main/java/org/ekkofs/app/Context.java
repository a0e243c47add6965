package org.ekkofs.app;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.backup.LocalState;
import org.ekkofs.backup.Repository;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.RetryPolicy;

/**
 * What a command works with: the common options, the environment, and where to write. Here it is
 * decided what everything else is made of.
 */
final class Context {
  private final RootCommand options;
  private final World world;

  Context(RootCommand options, World world) {
    this.options = options;
    this.world = world;
  }

  PrintStream out() {
    return world.console().out();
  }

  /** Says something to a person who looks on; not with {@code --quiet}. */
  void say(String message) {
    if (!options.quiet) {
      world.console().out().println(message);
    }
  }

  /** Says what did not go as it should though the command did what it was told. */
  void warn(String message) {
    world.console().err().println(Failures.PREFIX + "warning: " + message);
  }

  /** Says beside the output what a person who looks on should know; not with {@code --quiet}. */
  void note(String message) {
    if (!options.quiet) {
      world.console().err().println(Failures.PREFIX + message);
    }
  }

  ZoneId zone() {
    return ZoneId.systemDefault();
  }

  Clock clock() {
    return Clock.systemUTC();
  }

  boolean quiet() {
    return options.quiet;
  }

  boolean debug() {
    return options.debug;
  }

  Console console() {
    return world.console();
  }

  /** Whether another process of ekkofs started this one, and listens to its output. */
  boolean inBackground() {
    return environment(BackgroundMount.MARK).isPresent();
  }

  /** The script that starts ekkofs. */
  Path launcher() {
    return Path.of(System.getProperty("ekkofs.launcher", "ekkofs"));
  }

  /** What made a command fail: whatever it is, not the command once the user has stopped it. */
  Throwable causeOf(Throwable failure) {
    return world.interruption().requested()
        ? new CancelledException("interrupted", failure)
        : failure;
  }

  /** All settings. */
  Map<String, String> environment() {
    return world.environment();
  }

  /**
   * The same for another repository.
   *
   * @param repository which one
   * @param changes what is different on the way to it
   * @param environment the settings there
   */
  Context elsewhere(
      String repository, StoreOptions.Changes changes, Map<String, String> environment) {
    RootCommand other = new RootCommand();
    other.repository = Optional.of(repository);
    other.cacheFolder = Optional.of(cacheFolder());
    other.store = options.store.with(changes);
    other.debug = options.debug;
    other.quiet = options.quiet;
    return new Context(
        other, new World(environment, world.console(), world.interruption(), world.around()));
  }

  /** The setting, if it is there and not empty. */
  Optional<String> environment(String name) {
    return Optional.ofNullable(world.environment().get(name)).filter(value -> !value.isEmpty());
  }

  /**
   * Which repository is meant.
   *
   * @throws InvalidException if nobody has said so, or it cannot be one
   */
  RepositoryLocation location() {
    return options
        .repository
        .or(() -> environment("EKKOFS_REPOSITORY"))
        .map(RepositoryLocation::parse)
        .orElseThrow(
            () ->
                new InvalidException(
                    "say which repository: give -r REPOSITORY or set EKKOFS_REPOSITORY"));
  }

  /** The repository that the command line names, leaving the environment aside. */
  Optional<RepositoryLocation> repositoryOption() {
    return options.repository.map(RepositoryLocation::parse);
  }

  /** Where this machine keeps what can be fetched again. */
  Path cacheFolder() {
    return options
        .cacheFolder
        .or(() -> environment("EKKOFS_CACHE_DIR").map(Path::of))
        .or(() -> environment("XDG_CACHE_HOME").map(home -> Path.of(home, "ekkofs")))
        .orElseGet(
            () ->
                Path.of(
                    environment("HOME").orElseGet(() -> System.getProperty("user.home", "/")),
                    ".cache",
                    "ekkofs"))
        .toAbsolutePath()
        .normalize();
  }

  /** The way to the stores of repositories. */
  Stores stores() {
    return new Stores(options.store, world);
  }

  /** The words that say again how remote stores are reached. */
  List<String> storeWords() {
    return options.store.words();
  }

  /** Opens the repository; whoever asked closes it. */
  Repository open() {
    return open(stores().open(location()), cacheFolder(), true);
  }

  /**
   * Opens the repository; whoever asked closes it.
   *
   * @param otherCache a place for local copies instead of {@link #cacheFolder}
   * @param retry how long what fails is tried again
   */
  Repository open(Optional<Path> otherCache, RetryPolicy retry) {
    return open(
        stores().open(location(), Optional.of(retry)),
        otherCache.orElseGet(this::cacheFolder),
        true);
  }

  /** Opens another repository than the one that is meant; whoever asked closes it. */
  Repository open(RepositoryLocation other, Path cache) {
    return open(stores().open(other), cache, false);
  }

  private Repository open(ObjectStore store, Path cache, boolean secretsMustBeOfUse) {
    try {
      return Repository.open(
          store,
          new UserAccess(this, secretsMustBeOfUse),
          new LocalState(cache),
          CrashHook.surroundings(world.environment()));
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Something to show how far a long work has come, which also stops it if the user says so. */
  ShownProgress progress() {
    if (options.quiet) {
      return new ShownProgress(ProgressDisplay.NONE, world.interruption());
    }
    return new ShownProgress(
        world.console().terminal()
            ? new ProgressBarDisplay(world.console().err())
            : new ProgressLines(world.console().err(), clock()),
        world.interruption());
  }
}
