package org.ekkofs.app;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.UUID;
import org.ekkofs.backup.Repository;
import org.ekkofs.encryption.KeyRing;
import org.ekkofs.encryption.MasterKey;
import org.ekkofs.encryption.Secret;
import org.ekkofs.model.Causes;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.ObjectStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code init}: makes a repository. */
@Command(
    name = "init",
    header = "Make a repository.",
    footer = {
      "",
      "Examples:",
      "  ekkofs init /srv/backups",
      "  ekkofs init --encrypt /srv/backups",
      "  ekkofs init swift://backups --log postgresql://db1/ekkofs"
    })
final class InitCommand implements Action {
  @Parameters(
      arity = "0..1",
      paramLabel = "REPOSITORY",
      description = "Where to make it, unless said by -r or $EKKOFS_REPOSITORY.")
  private Optional<String> repository = Optional.empty();

  @Option(
      names = "--encrypt",
      description =
          "Encrypt everything with a passphrase ($EKKOFS_PASSWORD, $EKKOFS_PASSWORD_FILE, or a"
              + " prompt) or a key file ($EKKOFS_KEY_FILE); see \"key\". It cannot be changed later.")
  private boolean encrypt;

  @Mixin private LogOptions log = new LogOptions();

  @Override
  public void run(Context context) {
    RepositoryLocation location = location(context);
    location.folder().ifPresent(InitCommand::requireRoom);
    LogPlace place = log.place();
    try (ObjectStore store = context.stores().create(location)) {
      RepositoryDescriptor descriptor = init(context, store, place);
      context.say("made repository %s in %s".formatted(descriptor.id(), location));
    }
  }

  private RepositoryDescriptor init(Context context, ObjectStore store, LogPlace place) {
    RepositoryDescriptor plain =
        new RepositoryDescriptor(UUID.randomUUID(), context.clock().instant(), place, encrypt);
    LogPlaces places = new LogPlaces(context.environment());
    if (!encrypt) {
      requireNoSecret(context);
      Repository.init(store, plain, () -> places.make(plain));
      return plain;
    }
    Secret secret = new Secrets(context).first();
    MasterKey master = MasterKey.random(plain.id(), new SecureRandom());
    RepositoryDescriptor descriptor = master.prove(plain);
    KeyRing keys = new KeyRing(store, plain.id(), new SecureRandom());
    Repository.init(
        store,
        descriptor,
        () -> {
          places.make(plain);
          keys.add(master, secret, "", KeyAccess.host(), plain.created());
        });
    return descriptor;
  }

  private static void requireNoSecret(Context context) {
    if (new Secrets(context).areGiven()) {
      throw new RefusedException(
          "a passphrase or key file is set; say --encrypt to encrypt with it, or unset it");
    }
  }

  /** A folder with other things in it is a slip of the hand, and no place for a repository. */
  private static void requireRoom(Path folder) {
    if (!Files.isDirectory(folder) || Files.exists(folder.resolve(Repository.DESCRIPTOR_NAME))) {
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, InitCommand::isForeign)) {
      if (entries.iterator().hasNext()) {
        throw new RefusedException(
            folder + " is not empty, and no repository; name a new folder or an empty one");
      }
    } catch (IOException e) {
      throw new StoreUnavailableException("cannot look into " + folder + ": " + Causes.of(e), e);
    }
  }

  /** Neither something hidden, nor of the file system, nor left by an init that was killed. */
  private static boolean isForeign(Path entry) {
    String name = entry.getFileName().toString();
    return !name.startsWith(".")
        && !name.equals("lost+found")
        && !name.equals("probe")
        && !name.equals("keys");
  }

  private RepositoryLocation location(Context context) {
    Optional<RepositoryLocation> named = repository.map(RepositoryLocation::parse);
    if (named.isEmpty()) {
      return context.location();
    }
    if (context.repositoryOption().filter(other -> !other.equals(named.get())).isPresent()) {
      throw new InvalidException("-r names another repository than " + named.get());
    }
    return named.get();
  }
}
