package org.ekkofs.encryption;

import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.store.ObjectStore;

/**
 * A store that shows the content of objects that lie sealed in another: encrypted, and bound to
 * repository and key. What anybody without the master key has changed, cut short, swapped or
 * brought along is a {@link org.ekkofs.model.CorruptException}, never content. Not sealed are the
 * descriptor, the keys, and what tries out the store.
 */
public final class EncryptedObjectStore extends ForwardingObjectStore implements ObjectSeal {
  private static final String DESCRIPTOR = "ekkofs.json";
  private static final Set<String> OPEN_FOLDERS = Set.of("keys", "probe");

  /** Bodies up to this size are sealed at once, so that whoever reads them twice pays once. */
  private static final int AT_ONCE_BYTES = 4 << 20;

  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final MasterKey master;
  private final Sealer sealer;
  private final RangeReader ranges;

  /** Shows what lies in a store; takes salts from {@code random}. Closes it when it is closed. */
  public EncryptedObjectStore(ObjectStore store, MasterKey master, SecureRandom random) {
    super(store);
    this.master = master;
    this.sealer = new Sealer(master, random);
    this.ranges = new RangeReader(store, sealer);
  }

  private static boolean isSealed(ObjectKey key) {
    return !key.value().equals(DESCRIPTOR) && !OPEN_FOLDERS.contains(key.parts().get(0));
  }

  @Override
  public byte[] seal(ObjectKey key, byte[] content) {
    return sealer.seal(key, content);
  }

  @Override
  public byte[] open(ObjectKey key, byte[] sealed) {
    return sealer.open(key, sealed);
  }

  @Override
  public RepositoryDescriptor prove(RepositoryDescriptor descriptor) {
    return master.prove(descriptor);
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    if (!isSealed(key)) {
      return store().get(key, maxBytes);
    }
    int most = (int) Math.min(SealedLayout.sealed(maxBytes), MAX_ARRAY);
    return store().get(key, most).map(bytes -> sealer.open(key, bytes));
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    if (!isSealed(key) || offset < 0 || length <= 0) {
      return store().getRange(key, offset, length);
    }
    return ranges.read(key, offset, length);
  }

  @Override
  public void put(ObjectKey key, Body body) {
    store().put(key, isSealed(key) ? sealed(key, body) : body);
  }

  private Body sealed(ObjectKey key, Body body) {
    return body.length() > AT_ONCE_BYTES
        ? new SealedBody(key, body, sealer)
        : Body.of(sealer.seal(key, bytes(body)));
  }

  private static byte[] bytes(Body body) {
    try (InputStream in = body.open()) {
      int length = (int) body.length();
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length || in.read() >= 0) {
        throw new FailedException(
            "another number of bytes came to be stored than the %d announced".formatted(length));
      }
      return bytes;
    } catch (IOException e) {
      throw new FailedException("cannot read what is to be stored: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    return store().createIfAbsent(key, isSealed(key) ? sealer.seal(key, bytes) : bytes);
  }

  /** With the lengths that the contents have; what cannot be a sealed object shows as empty. */
  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    store().list(prefix, info -> consumer.accept(shown(info)));
  }

  private static ObjectInfo shown(ObjectInfo info) {
    if (!isSealed(info.key())) {
      return info;
    }
    long length = Math.max(0, SealedLayout.content(info.length()));
    return new ObjectInfo(info.key(), length, info.modified());
  }
}
