package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.store.Body;
import org.ekkofs.store.BucketAddress;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * Objects in a bucket, below a prefix. Every operation is tried once; what may go better the next
 * time is a {@link org.ekkofs.model.StoreUnavailableException}. A store makes durable what it says
 * it has stored, so there is nothing to sync.
 */
final class RemoteObjectStore implements ObjectStore {
  /** No object is as long; providers' limits are at 50 TiB. */
  private static final long BEYOND = 1L << 50;

  /** How long a bucket that was there is taken to be, when a log's end is looked for. */
  private static final long STILL_THERE = TimeUnit.SECONDS.toNanos(10);

  private static final int BEYOND_END = 416;
  private static final String LOG = "/log/";

  private final Bucket bucket;
  private final BucketAddress address;
  private final String hash;
  private final Failures failures;
  private final Lanes lanes;
  private final Presence presence;
  private final Workers workers;
  private final int connections;

  /**
   * Takes over a bucket.
   *
   * @param hash what uploads are hashed by
   * @param connections how many requests to have under way at once
   */
  RemoteObjectStore(Bucket bucket, BucketAddress address, String hash, int connections) {
    this.bucket = bucket;
    this.address = address;
    this.hash = hash;
    failures = new Failures(address.toString());
    lanes = new Lanes(connections);
    presence = new Presence(bucket::exists, System::nanoTime);
    workers = new Workers(connections);
    this.connections = connections;
  }

  /**
   * Asks whether the bucket is there and the credentials are accepted.
   *
   * @throws NotFoundException if there is no such bucket
   */
  void requireBucket() {
    if (!call("", "open it", presence::confirmedNow)) {
      throw new NotFoundException(
          "%s: there is no bucket or container \"%s\"".formatted(address, address.bucket()));
    }
  }

  /** Makes the bucket unless it is there. */
  void createBucket() {
    if (!call("", "open it", presence::confirmedNow)) {
      call(
          "",
          "make it",
          () -> {
            bucket.create();
            return true;
          });
      requireBucket();
    }
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    return call(key.value(), "read " + key, () -> whole(key, maxBytes));
  }

  /**
   * What does not agree with its tag is read again: if the same comes, the tag is something else
   * than a hash of it, or it lies in the store like that, which whoever reads it will find.
   */
  private Optional<byte[]> whole(ObjectKey key, int maxBytes) throws IOException {
    Optional<byte[]> before = Optional.empty();
    while (true) {
      Optional<Answer> found = find(key, () -> bucket.get(keyOf(key)));
      if (found.isEmpty()) {
        return Optional.empty();
      }
      try (Answer answer = found.get()) {
        byte[] bytes = answer.whole(maxBytes, address + ": " + key);
        if (answer.agrees(bytes)) {
          return Optional.of(bytes);
        }
        if (before.isPresent()) {
          return Optional.of(same(before.get(), bytes));
        }
        before = Optional.of(bytes);
      }
    }
  }

  private static byte[] same(byte[] before, byte[] now) throws IOException {
    if (!Arrays.equals(before, now)) {
      throw new IOException("what came is not what the store says it has");
    }
    return now;
  }

  /**
   * What seems missing is asked for again, once the bucket was seen: Swift says "not found" of an
   * object that is just being replaced. Not so a record of a log, which is how its end looks.
   */
  private Optional<Answer> find(ObjectKey key, Supplier<Optional<Answer>> request) {
    Optional<Answer> found = request.get();
    if (found.isPresent()) {
      return found;
    }
    boolean log = key.value().contains(LOG);
    if (!(log ? presence.confirmed(STILL_THERE) : presence.confirmedNow())) {
      throw failures.gone();
    }
    return log ? found : request.get();
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("%d bytes from %d".formatted(length, offset));
    }
    return call(key.value(), "read " + key, () -> part(key, Math.min(offset, BEYOND), length))
        .map(bytes -> bytes.length <= length ? bytes : new byte[length]);
  }

  private Optional<byte[]> part(ObjectKey key, long offset, int length) throws IOException {
    int wanted = Math.max(length, 1);
    Optional<Answer> found;
    try {
      found = find(key, () -> bucket.get(keyOf(key), offset, offset + wanted - 1));
    } catch (RuntimeException e) {
      if (Failures.status(e) == BEYOND_END) {
        return Optional.of(new byte[0]);
      }
      throw e;
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (Answer answer = found.get()) {
      return Optional.of(answer.part(offset, wanted));
    }
  }

  @Override
  public void put(ObjectKey key, Body body) {
    Upload upload = Upload.of(body, hash);
    call(
        key.value(),
        "write " + key,
        () -> {
          bucket.put(keyOf(key), upload);
          return true;
        });
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    Upload upload = Upload.of(Body.of(bytes), hash);
    return call(key.value(), "create " + key, () -> create(key, upload));
  }

  private boolean create(ObjectKey key, Upload upload) throws IOException {
    try {
      return bucket.createIfAbsent(keyOf(key), upload);
    } catch (RuntimeException e) {
      if (Failures.status(e) != Failures.UNKNOWN_REQUEST) {
        throw e;
      }
      if (key.value().contains(LOG)) {
        throw new RefusedException(
            "%s cannot create an object only if there is none, as the log needs it: use init --single-writer or --log postgresql://HOST/DATABASE"
                .formatted(address));
      }
    }
    return lookAndPut(key, upload);
  }

  private boolean lookAndPut(ObjectKey key, Upload upload) throws IOException {
    if (part(key, 0, 1).isPresent()) {
      return false;
    }
    bucket.put(keyOf(key), upload);
    return true;
  }

  @Override
  public boolean createsOnlyIfAbsent() {
    return bucket.createsOnlyIfAbsent();
  }

  @Override
  public void sync() {
    // What the store has confirmed is durable.
  }

  @Override
  public void delete(Collection<ObjectKey> keys) {
    List<String> names = keys.stream().map(this::keyOf).toList();
    List<List<String>> batches = new ArrayList<>();
    for (int begin = 0; begin < names.size(); begin += bucket.deletedAtOnce()) {
      batches.add(names.subList(begin, Math.min(names.size(), begin + bucket.deletedAtOnce())));
    }
    Queue<List<String>> left = new ConcurrentLinkedQueue<>();
    workers.each(batches, batch -> delete(batch).forEach(name -> left.add(List.of(name))));
    workers.each(List.copyOf(left), this::delete);
  }

  private List<String> delete(List<String> names) {
    String what = names.size() == 1 ? names.get(0) : names.size() + " objects";
    return call(names.get(0), "delete " + what, () -> bucket.delete(names));
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    new Listing(this::page, address.prefix() + checked(prefix), true)
        .show(
            entry ->
                key(entry.name())
                    .map(key -> new ObjectInfo(key, entry.length(), entry.modified()))
                    .ifPresent(consumer));
  }

  @Override
  public Iterable<String> children(String prefix) {
    String whole = address.prefix() + checked(prefix);
    TreeSet<String> names = new TreeSet<>();
    new Listing(this::page, whole, false)
        .show(
            entry -> {
              if (entry.prefix()) {
                names.add(entry.name().substring(whole.length(), entry.name().length() - 1));
              }
            });
    names.removeIf(name -> !Keys.isPart(name));
    return List.copyOf(names);
  }

  private Page page(String prefix, boolean deep, String after) {
    Page page = call("", "list " + prefix, () -> bucket.list(prefix, deep, after));
    if (page.entries().isEmpty()
        && after.isEmpty()
        && !call("", "open it", presence::confirmedNow)) {
      throw failures.gone();
    }
    return page;
  }

  private static String checked(String prefix) {
    if (!prefix.isEmpty() && !prefix.endsWith("/")) {
      throw new IllegalArgumentException("\"" + prefix + "\" does not end in a slash");
    }
    return prefix;
  }

  /** The key of an object, if it is one of ours. */
  private Optional<ObjectKey> key(String name) {
    return Keys.parse(name.substring(address.prefix().length()));
  }

  private String keyOf(ObjectKey key) {
    return address.prefix() + key.value();
  }

  private <T> T call(String key, String what, Callable<T> request) {
    return lanes.pass(
        key,
        () -> {
          try {
            return request.call();
          } catch (Exception e) {
            throw failures.explain(e, what);
          }
        });
  }

  @Override
  public int parallelism() {
    return connections;
  }

  @Override
  public String description() {
    return address.toString();
  }

  @Override
  public void close() {
    try (bucket) {
      workers.close();
    }
  }
}
