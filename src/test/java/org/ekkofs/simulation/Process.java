package org.ekkofs.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * The store as one process of an actor sees it. Every operation is a step; what befalls it is
 * drawn. Once the process has ended, all operations throw {@link Crash}.
 */
final class Process implements ObjectStore {
  private final World world;
  private final Actor actor;
  private boolean dead;

  Process(World world, Actor actor) {
    this.world = world;
    this.actor = actor;
  }

  /** Whether it has ended. */
  boolean isDead() {
    return dead;
  }

  /** A moment at which it may die. */
  void reached(CrashPoint point) {
    alive();
    if (!world.isQuiet() && world.choices.percent(world.profile.crashPointPercent())) {
      world.crashedAt.add(point);
      die("at " + point);
    }
  }

  private void die(String where) {
    dead = true;
    world.note(() -> actor + " dies " + where);
    throw new Crash();
  }

  private Fault begin(String what, Set<Fault> possible) {
    alive();
    world.step(actor);
    return fault(what, possible);
  }

  private void alive() {
    if (dead) {
      throw new Crash();
    }
  }

  private Fault fault(String what, Set<Fault> possible) {
    Fault fault = world.fault(possible);
    world.note(() -> actor + ": " + what + (fault == Fault.NONE ? "" : " " + fault));
    return fault;
  }

  private void end(Fault fault) {
    if (fault.isCrash()) {
      die("of " + fault);
    }
    if (fault == Fault.LOST_REQUEST
        || fault == Fault.LOST_ANSWER
        || fault == Fault.LATE
        || fault == Fault.PART) {
      throw new StoreUnavailableException("simulated: " + fault, null);
    }
  }

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    Optional<byte[]> bytes = read(key);
    if (bytes.isPresent() && bytes.get().length > maxBytes) {
      throw new CorruptException(key + " is longer than " + maxBytes);
    }
    return bytes;
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    return read(key)
        .map(
            bytes -> {
              int from = (int) Math.min(offset, bytes.length);
              return Arrays.copyOfRange(
                  bytes, from, (int) Math.min((long) from + length, bytes.length));
            });
  }

  private Optional<byte[]> read(ObjectKey key) {
    Fault fault = beginRead(key);
    end(fault);
    Optional<byte[]> found = world.content.get(key);
    return fault == Fault.SHORT && !SimulatedTable.isRow(key)
        ? found.map(bytes -> Arrays.copyOf(bytes, world.choices.below(bytes.length)))
        : found;
  }

  /** What a slot of the log holds is the same at all times, so nobody else need come first. */
  private Fault beginRead(ObjectKey key) {
    if (!(LogView.isRecord(key) || SimulatedTable.isRow(key)) || world.content.get(key).isEmpty()) {
      return begin("get " + key, Fault.OF_READS);
    }
    alive();
    return fault("get " + key, world.choices.percent(20) ? Fault.OF_READS : Set.of());
  }

  @Override
  public void put(ObjectKey key, Body body) {
    byte[] bytes = bytes(body);
    Fault fault = begin("put " + key, Fault.OF_WRITES);
    if (fault.hasEffectNow()) {
      world.put(key, bytes, false);
    }
    if (fault.hasEffectLater()) {
      world.later(() -> world.put(key, bytes, true));
    }
    end(fault);
  }

  private static byte[] bytes(Body body) {
    try (InputStream in = body.open()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    Fault fault = begin("create " + key, Fault.OF_WRITES);
    Optional<SparseDisk> disk = actor.disk();
    boolean created = fault.hasEffectNow() && world.create(key, bytes, disk);
    if (fault.hasEffectLater()) {
      world.later(() -> world.create(key, bytes, disk));
    }
    end(fault);
    return created;
  }

  @Override
  public void sync() {
    end(begin("sync", Fault.OF_SYNC));
  }

  /** One after the other, and others in between. */
  @Override
  public void delete(Collection<ObjectKey> keys) {
    Fault fault = begin("delete " + keys.size(), Fault.OF_DELETES);
    List<ObjectKey> order = List.copyOf(keys);
    for (ObjectKey key : order) {
      if (fault.hasEffectNow() || (fault == Fault.PART && world.choices.percent(50))) {
        world.delete(key);
        world.step(actor);
      }
      if (fault.hasEffectLater()) {
        world.later(() -> world.delete(key));
      }
    }
    end(fault);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    listed(prefix).forEach(consumer);
  }

  private Collection<ObjectInfo> listed(String prefix) {
    Fault fault = begin("list " + prefix, Fault.OF_LISTINGS);
    end(fault);
    return fault == Fault.STALE
        ? world.content.listStale(prefix, world.choices)
        : world.content.list(prefix);
  }

  @Override
  public Iterable<String> children(String prefix) {
    Set<String> names = new TreeSet<>();
    for (ObjectInfo object : listed(prefix)) {
      String rest = object.key().value().substring(prefix.length());
      if (rest.indexOf('/') >= 0) {
        names.add(rest.substring(0, rest.indexOf('/')));
      }
    }
    return names;
  }

  @Override
  public String description() {
    return "a simulated store";
  }

  @Override
  public void close() {
    // What lies in it stays for the others.
  }
}
