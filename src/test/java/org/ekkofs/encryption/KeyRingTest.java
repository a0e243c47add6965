package org.ekkofs.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.ekkofs.format.KeyCodec;
import org.ekkofs.format.KeyDescription;
import org.ekkofs.format.KeyDescription.OfPassphrase;
import org.ekkofs.format.KeyObject;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.CountingObjectStore;
import org.ekkofs.testing.MemoryObjectStore;
import org.junit.jupiter.api.Test;

class KeyRingTest {
  private static final UUID REPOSITORY = new UUID(3, 4);
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final OfPassphrase FAST = new OfPassphrase(32, 1, 4);
  private static final Secret RIGHT = new Secret.Passphrase("correct horse");
  private static final Secret OTHER = new Secret.Passphrase("battery staple");
  private static final Secret WRONG = new Secret.Passphrase("Correct horse");

  private final MemoryObjectStore store = new MemoryObjectStore();
  private final SecureRandom random = new SecureRandom();
  private final MasterKey master = MasterKey.random(REPOSITORY, random);
  private final KeyRing ring = new KeyRing(store, REPOSITORY, random, FAST);

  private KeyDescription add(Secret secret, String label) {
    return ring.add(master, secret, label, "backup1", NOW);
  }

  private static Secret file(long seed) {
    byte[] content = new byte[32];
    new Random(seed).nextBytes(content);
    return new Secret.KeyFile(content);
  }

  private byte[] unlock(Secret secret) {
    return ring.unlock(secret, Optional.empty()).master().secret();
  }

  private static ObjectKey object(KeyDescription key) {
    return ObjectKey.of("keys", key.id());
  }

  private byte[] stored(KeyDescription key) {
    return store.get(object(key), KeyCodec.MAX_BYTES).orElseThrow();
  }

  @Test
  void eachKeyLeadsToTheMasterKey() {
    add(RIGHT, "first");
    KeyDescription second = add(OTHER, "the safe");
    KeyDescription third = add(file(1), "server");
    assertThat(unlock(RIGHT)).isEqualTo(master.secret());
    assertThat(unlock(OTHER)).isEqualTo(master.secret());
    assertThat(unlock(file(1))).isEqualTo(master.secret());
    assertThat(ring.unlock(OTHER, Optional.empty()).key()).isEqualTo(second);
    assertThat(ring.unlock(OTHER, Optional.of(second.id())).key()).isEqualTo(second);
    assertThat(ring.unlock(OTHER, Optional.of(third.id())).key()).isEqualTo(second);
    assertThat(ring.read().descriptions())
        .extracting(KeyDescription::label)
        .containsExactlyInAnyOrder("first", "the safe", "server");
  }

  @Test
  void whatIsWrongIsSaid() {
    add(RIGHT, "");
    add(file(1), "");
    assertThatThrownBy(() -> unlock(WRONG))
        .isInstanceOf(RefusedException.class)
        .hasMessage("wrong passphrase");
    assertThatThrownBy(() -> unlock(file(2)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("key file opens no key");
  }

  @Test
  void accentsMayBePutTogetherEitherWay() {
    add(new Secret.Passphrase("caf\u00e9"), "");
    assertThat(unlock(new Secret.Passphrase("cafe\u0301"))).isEqualTo(master.secret());
  }

  @Test
  void anEmptyPassphraseAndAShortKeyFileAreRefused() {
    assertThatThrownBy(() -> new Secret.Passphrase("")).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> new Secret.KeyFile(new byte[31])).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> new Secret.KeyFile(new byte[4097]))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void aDamagedKeyIsToldFromAWrongPassphrase() {
    KeyDescription key = add(RIGHT, "");
    byte[] bytes = stored(key);
    for (int at = 0; at < bytes.length; at++) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 1;
      store.put(object(key), Body.of(damaged));
      assertThatThrownBy(() -> unlock(RIGHT))
          .as("byte %d", at)
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("none of its keys can be read");
    }
    add(OTHER, "");
    assertThatThrownBy(() -> unlock(RIGHT))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(
            "wrong passphrase, or that of a key that is damaged: keys/" + key.id());
  }

  @Test
  void aKeyThatWasTamperedWithDoesNotOpen() {
    KeyDescription key = add(RIGHT, "mine");
    KeyObject object = KeyCodec.decode(stored(key));
    KeyDescription renamed =
        new KeyDescription(
            key.id(), REPOSITORY, NOW, "backup1", "yours", key.derivation(), key.salt());
    put(key, new KeyObject(renamed, object.verifier(), object.wrapped()));
    assertThatThrownBy(() -> unlock(RIGHT))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("tampered with");
    put(key, new KeyObject(key, object.verifier(), "0".repeat(96)));
    assertThatThrownBy(() -> unlock(RIGHT)).isInstanceOf(CorruptException.class);
    put(key, object);
    assertThat(unlock(RIGHT)).isEqualTo(master.secret());
  }

  private void put(KeyDescription key, KeyObject object) {
    store.put(object(key), Body.of(KeyCodec.encode(object)));
  }

  @Test
  void keysOfAnotherRepositoryAreNotOurs() {
    new KeyRing(store, new UUID(9, 9), random, FAST).add(master, RIGHT, "", "backup1", NOW);
    assertThat(ring.read().whole()).isEmpty();
    KeyDescription key = add(OTHER, "");
    assertThatThrownBy(() -> unlock(RIGHT)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> ring.remove(key)).isInstanceOf(RefusedException.class);
  }

  @Test
  void aKeyUnderAnothersNameIsDamaged() {
    KeyDescription key = add(RIGHT, "");
    store.put(ObjectKey.of("keys", "0000000000000000"), Body.of(stored(key)));
    assertThat(ring.read().damaged()).containsExactly("0000000000000000");
  }

  @Test
  void aKeyIsRemovedButNeverTheLast() {
    KeyDescription first = add(RIGHT, "");
    KeyDescription second = add(OTHER, "");
    ring.remove(ring.find(first.id().substring(0, 8)));
    assertThatThrownBy(() -> unlock(RIGHT)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> ring.remove(second))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("last key");
    assertThat(unlock(OTHER)).isEqualTo(master.secret());
  }

  @Test
  void ofTwoThatRemoveTheLastTwoAtOnceOnePutsBack() {
    KeyDescription first = add(RIGHT, "");
    KeyDescription second = add(OTHER, "");
    KeyRing late =
        new KeyRing(
            new ForwardingObjectStore(store) {
              @Override
              public void delete(java.util.Collection<ObjectKey> keys) {
                store.delete(List.of(object(first)));
                super.delete(keys);
              }
            },
            REPOSITORY,
            random,
            FAST);
    assertThatThrownBy(() -> late.remove(second)).isInstanceOf(RefusedException.class);
    assertThat(unlock(OTHER)).isEqualTo(master.secret());
  }

  @Test
  void aPrefixMustBeOfOneKey() {
    add(RIGHT, "");
    add(OTHER, "");
    assertThatThrownBy(() -> ring.find("")).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> ring.find("xyz")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aStoreFullOfKeysIsRefusedBeforeAnyIsTried() {
    for (int n = 0; n <= KeyRing.MAX_KEYS; n++) {
      store.put(ObjectKey.of("keys", "k" + n), Body.of(new byte[1]));
    }
    CountingObjectStore counts = new CountingObjectStore(store);
    assertThatThrownBy(
            () -> new KeyRing(counts, REPOSITORY, random, FAST).unlock(RIGHT, Optional.empty()))
        .isInstanceOf(RefusedException.class);
    assertThat(counts.count("get")).isZero();
  }

  @Test
  void noSecretIsSeenInTheStoreOrInTexts() {
    KeyDescription key = add(RIGHT, "label");
    assertThat(new String(stored(key), StandardCharsets.UTF_8))
        .doesNotContain("correct")
        .contains("\"memory\" : 32", "\"kind\" : \"passphrase\"", "\"label\" : \"label\"");
    assertThat(RIGHT).hasToString("a passphrase");
    assertThat(file(1)).hasToString("a key file");
    assertThat(ring.unlock(RIGHT, Optional.empty()).toString()).doesNotContain("correct");
  }

  @Test
  void aSecretIsHandedOnInALine() {
    for (Secret secret : List.of(RIGHT, file(1), new Secret.Passphrase("two\nlines \u00e9"))) {
      add(secret, "");
      assertThat(secret.line()).doesNotContain("\n");
      assertThat(unlock(Secret.ofLine(secret.line()))).isEqualTo(master.secret());
    }
    for (String line : List.of("", "passphrase", "passphrase ", "file 00", "other 00", "file zz")) {
      assertThatThrownBy(() -> Secret.ofLine(line))
          .isInstanceOfAny(InvalidException.class, RefusedException.class);
    }
  }

  /** What was wrapped today must unwrap for ever. */
  @Test
  void theFormatIsThis() {
    String text =
        """
        {
          "format" : 1,
          "key" : "0123456789abcdef",
          "repository" : "00000000-0000-0003-0000-000000000004",
          "created" : "2026-11-23T12:00:00Z",
          "host" : "backup1",
          "label" : "",
          "kind" : "passphrase",
          "memory" : 32,
          "passes" : 1,
          "lanes" : 4,
          "salt" : "000102030405060708090a0b0c0d0e0f",
          "verifier" : "e8af979f80940574a8578024c078fc19d372561a26855bd715003fb73d3999b4",
          "wrapped" : "05c47d092c338231091e5b8387c2ad23e6e26410fdcdf046798d602c3582ba1acebecafcaf9ae8080842f2109f503632",
          "sha256" : "c4a0d6481546b1092ef70030dc7e6273d40684fd9371952c873a18205692fdd7"
        }
        """;
    store.put(
        ObjectKey.of("keys", "0123456789abcdef"), Body.of(text.getBytes(StandardCharsets.UTF_8)));
    assertThat(unlock(RIGHT)).isEqualTo(new byte[32]);
  }
}
