package org.ekkofs.encryption;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ekkofs.format.KeyCodec;
import org.ekkofs.format.KeyDescription;
import org.ekkofs.format.KeyDescription.OfFile;
import org.ekkofs.format.KeyDescription.OfPassphrase;
import org.ekkofs.format.KeyObject;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * The ways to a repository's master key: objects below {@code keys/}, each of which wraps it in one
 * passphrase or key file. For one thread.
 */
public final class KeyRing {
  /** How many there may be: whoever writes to the store could else keep everybody trying. */
  public static final int MAX_KEYS = 64;

  private static final String FOLDER = "keys";
  private static final int ID_BYTES = 8;
  private static final int SALT_BYTES = 16;

  private final ObjectStore store;
  private final UUID repository;
  private final SecureRandom random;
  private final OfPassphrase stretching;

  /** Those of a repository in a store, which is not closed here. */
  public KeyRing(ObjectStore store, UUID repository, SecureRandom random) {
    this(store, repository, random, OfPassphrase.RECOMMENDED);
  }

  /** With new passphrases stretched otherwise. */
  KeyRing(ObjectStore store, UUID repository, SecureRandom random, OfPassphrase stretching) {
    this.store = store;
    this.repository = repository;
    this.random = random;
    this.stretching = stretching;
  }

  /**
   * The master key, and the way that led to it.
   *
   * @param key what was wrapped in the secret that was given
   */
  public record Unlocked(MasterKey master, KeyDescription key) {}

  /**
   * What lies below {@code keys/}.
   *
   * @param whole the keys, oldest first
   * @param damaged the names of those that cannot be read
   */
  public record Contents(List<KeyObject> whole, List<String> damaged) {
    /** Copies the lists. */
    public Contents {
      whole = List.copyOf(whole);
      damaged = List.copyOf(damaged);
    }

    /** What the keys say of themselves. */
    public List<KeyDescription> descriptions() {
      return whole.stream().map(KeyObject::description).toList();
    }
  }

  /**
   * Reads all keys of this repository.
   *
   * @throws RefusedException if there are more than {@link #MAX_KEYS}
   */
  public Contents read() {
    List<ObjectKey> names = new ArrayList<>();
    store.list(FOLDER + "/", info -> names.add(info.key()));
    if (names.size() > MAX_KEYS) {
      throw new RefusedException(
          "there are %d keys in %s; at most %d make sense"
              .formatted(names.size(), store.description(), MAX_KEYS));
    }
    List<KeyObject> whole = new ArrayList<>();
    List<String> damaged = new ArrayList<>();
    for (ObjectKey name : names) {
      try {
        read(name).filter(this::isOurs).ifPresent(whole::add);
      } catch (CorruptException e) {
        damaged.add(name.name());
      }
    }
    whole.sort(Comparator.comparing(key -> key.description().created()));
    return new Contents(whole, damaged);
  }

  private Optional<KeyObject> read(ObjectKey name) {
    Optional<KeyObject> key = store.get(name, KeyCodec.MAX_BYTES).map(KeyCodec::decode);
    if (key.isPresent() && !object(key.get().description().id()).equals(name)) {
      throw new CorruptException(name + " is another key");
    }
    return key;
  }

  /** Not left by another, which was never finished. */
  private boolean isOurs(KeyObject key) {
    return key.description().repository().equals(repository);
  }

  private static ObjectKey object(String id) {
    return ObjectKey.of(FOLDER, id);
  }

  /**
   * Takes the master key out.
   *
   * @param likely the id of a key to try first, as each takes its time
   * @throws RefusedException if the secret fits none of them
   * @throws CorruptException if there are none that can be read, or the one that fits was changed
   */
  public Unlocked unlock(Secret secret, Optional<String> likely) {
    Contents contents = read();
    if (contents.whole().isEmpty()) {
      throw new CorruptException(
          "the repository is encrypted, and none of its keys can be read in "
              + store.description());
    }
    return contents.whole().stream()
        .filter(key -> KeyWrap.fits(key.description(), secret))
        .sorted(Comparator.comparing(key -> !likely.equals(Optional.of(key.description().id()))))
        .flatMap(key -> unlocked(key, secret).stream())
        .findFirst()
        .orElseThrow(() -> new RefusedException(wrong(secret) + aside(contents.damaged())));
  }

  private static Optional<Unlocked> unlocked(KeyObject key, Secret secret) {
    return KeyWrap.unwrap(key, secret).map(master -> new Unlocked(master, key.description()));
  }

  private static String wrong(Secret secret) {
    return secret instanceof Secret.Passphrase
        ? "wrong passphrase"
        : "the key file opens no key of the repository";
  }

  private static String aside(List<String> damaged) {
    return damaged.isEmpty()
        ? ""
        : ", or that of a key that is damaged: keys/" + String.join(", keys/", damaged);
  }

  /**
   * Stores one more way to the master key, durably.
   *
   * @param label what to call it
   * @param host where this is
   * @throws InvalidException if the label is not one
   * @throws RefusedException if there are {@link #MAX_KEYS} already
   */
  public KeyDescription add(
      MasterKey master, Secret secret, String label, String host, Instant now) {
    KeyDescription key =
        new KeyDescription(
            hex(ID_BYTES),
            repository,
            now,
            host,
            label,
            secret instanceof Secret.Passphrase ? stretching : new OfFile(),
            hex(SALT_BYTES));
    if (read().whole().size() >= MAX_KEYS) {
      throw new RefusedException("there are " + MAX_KEYS + " keys already; remove one first");
    }
    byte[] bytes = KeyCodec.encode(KeyWrap.wrap(master, key, secret));
    store.put(object(key.id()), Body.of(bytes));
    store.sync();
    return key;
  }

  private String hex(int bytes) {
    byte[] made = new byte[bytes];
    random.nextBytes(made);
    return HexFormat.of().formatHex(made);
  }

  /**
   * The key that is meant.
   *
   * @param prefix how its id begins
   * @throws NotFoundException if none does
   * @throws InvalidException if several do
   */
  public KeyDescription find(String prefix) {
    List<KeyDescription> found =
        read().descriptions().stream().filter(key -> key.id().startsWith(prefix)).toList();
    if (found.isEmpty()) {
      throw new NotFoundException(
          "no key's id begins with \"%s\"; \"ekkofs key list\" shows them".formatted(prefix));
    }
    if (found.size() > 1 || prefix.isEmpty()) {
      throw new InvalidException("the ids of several keys begin with \"" + prefix + "\"");
    }
    return found.get(0);
  }

  /**
   * Removes a way to the master key, durably; the last one never, also if several are removed at
   * once.
   *
   * @throws RefusedException if it is the last one
   */
  public void remove(KeyDescription key) {
    if (others(key).isEmpty()) {
      throw last();
    }
    Optional<byte[]> bytes = store.get(object(key.id()), KeyCodec.MAX_BYTES);
    store.delete(List.of(object(key.id())));
    store.sync();
    if (bytes.isPresent() && others(key).isEmpty()) {
      store.put(object(key.id()), Body.of(bytes.get()));
      store.sync();
      throw last();
    }
  }

  private List<KeyDescription> others(KeyDescription key) {
    return read().descriptions().stream().filter(other -> !other.id().equals(key.id())).toList();
  }

  private static RefusedException last() {
    return new RefusedException(
        "this is the last key: without it nobody could read the repository; add another first");
  }
}
