package org.ekkofs.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.ekkofs.backup.Access;
import org.ekkofs.backup.Host;
import org.ekkofs.backup.LocalState;
import org.ekkofs.encryption.EncryptedObjectStore;
import org.ekkofs.encryption.KeyRing;
import org.ekkofs.encryption.Secret;
import org.ekkofs.log.LogStore;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.store.ObjectStore;

/**
 * The keys and ways that the user has given, by the environment or at a prompt.
 *
 * @param secretsMustBeOfUse whether it is refused to open a repository that is not encrypted though
 *     a secret was given: whoever can write to the store could else have everything written in the
 *     open
 */
record UserAccess(Context context, boolean secretsMustBeOfUse) implements Access {
  private static final int MAX_ID_BYTES = 64;

  @Override
  public ObjectStore decrypted(RepositoryDescriptor descriptor, ObjectStore store) {
    if (!descriptor.encrypted()) {
      if (secretsMustBeOfUse && new Secrets(context).areGiven()) {
        throw new RefusedException(
            "%s says that it is not encrypted, but a passphrase or key file is set; if that is right, unset it, or give --to-unencrypted to copy into it"
                .formatted(store.description()));
      }
      requireNeverEncrypted(descriptor, store);
      return store;
    }
    KeyRing.Unlocked unlocked = unlock(descriptor, store);
    return new EncryptedObjectStore(store, unlocked.master(), new SecureRandom());
  }

  private void requireNeverEncrypted(RepositoryDescriptor descriptor, ObjectStore store) {
    if (lastKey(descriptor).isPresent()) {
      throw new RefusedException(
          "%s says that it is not encrypted, but it was when this machine opened it before: its description (ekkofs.json) was changed"
              .formatted(store.description()));
    }
  }

  /**
   * Takes the master key out, which may take a second or more.
   *
   * @throws RefusedException if what the user gives is wrong
   */
  KeyRing.Unlocked unlock(RepositoryDescriptor descriptor, ObjectStore store) {
    KeyRing keys = new KeyRing(store, descriptor.id(), new SecureRandom());
    Secret secret = new Secrets(context).current();
    KeyRing.Unlocked unlocked = keys.unlock(secret, lastKey(descriptor));
    unlocked.master().check(descriptor);
    remember(descriptor, unlocked.key().id());
    return unlocked;
  }

  /** Trying a key takes long, so the one that fitted last time is tried first. */
  private Optional<String> lastKey(RepositoryDescriptor descriptor) {
    Path file = keyFile(descriptor);
    try {
      return Files.isRegularFile(file) && Files.size(file) <= MAX_ID_BYTES
          ? Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1))
          : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private void remember(RepositoryDescriptor descriptor, String id) {
    if (lastKey(descriptor).equals(Optional.of(id))) {
      return;
    }
    Path file = keyFile(descriptor);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, id);
    } catch (IOException unwritable) {
      // The next command tries them in their order, which takes longer and is all.
      return;
    }
  }

  private Path keyFile(RepositoryDescriptor descriptor) {
    return new LocalState(context.cacheFolder()).of(descriptor.id()).resolve("last-key");
  }

  @Override
  public LogStore logs(
      RepositoryDescriptor descriptor,
      ObjectStore objects,
      ExecutorService readers,
      LocalState local,
      Host host) {
    return new LogPlaces(context.environment())
        .open(descriptor, objects, readers, host.self().host());
  }
}
