package org.ekkofs.log;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.Compression;
import org.ekkofs.model.Copied;
import org.ekkofs.model.Digest;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.model.Origin;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoredObject;
import org.ekkofs.model.WriterProcess;

/** Records of commit logs for tests. */
public final class Records {
  /** When everything happens. */
  public static final Instant TIME = Instant.parse("2026-11-23T12:00:00Z");

  private Records() {}

  /** Stamps with random nonces and a clock that stands. */
  public static Stamper stamper(String host) {
    return new Stamper(Clock.fixed(TIME, ZoneOffset.UTC), UUID::randomUUID, host);
  }

  public static BackupId id(int n) {
    return new BackupId(new UUID(0x4000L, n));
  }

  public static BackupName name(String name) {
    return new BackupName(name);
  }

  public static LogEvent create() {
    return new LogEvent.Create(SegmentSize.DEFAULT, Compression.DEFAULT);
  }

  public static LogEvent.Intent intent(int n, String name) {
    return intent(n, name, Optional.empty());
  }

  public static LogEvent.Intent intent(int n, String name, Optional<BackupId> parent) {
    return new LogEvent.Intent(
        id(n), name(name), parent, new WriterProcess("web1", "boot " + n, 100 + n, 1_000 + n));
  }

  /** A copy of a backup of the same number elsewhere. */
  public static LogEvent.Intent copy(int n, String name, Optional<BackupId> continues) {
    LogEvent.Intent plain = intent(n, name);
    Origin origin = new Origin(new UUID(9, n), id(100 + n), TIME.minusSeconds(n));
    return new LogEvent.Intent(
        plain.backup(),
        plain.name(),
        plain.parent(),
        plain.writer(),
        Optional.of(new Copied(origin, continues)));
  }

  public static LogEvent.Commit commit(int n) {
    byte[] sha256 = new byte[32];
    sha256[0] = (byte) n;
    StoredObject manifest = new StoredObject(Digest.of(sha256), 1000 + n, 2000 + n);
    StoredObject references = new StoredObject(Digest.of(sha256), 10 + n, 20 + n);
    return new LogEvent.Commit(
        id(n), manifest, references, new BackupFigures(50 + n, 40 + n, 30 + n, 20 + n, 10 + n));
  }

  public static LogEvent revoke(int n) {
    return new LogEvent.Revoke(id(n));
  }

  public static LogEvent hide(int n) {
    return new LogEvent.Hide(id(n));
  }

  public static LogEvent unhide(int n, String name) {
    return new LogEvent.Unhide(id(n), name(name));
  }

  public static LogEvent protect(int n) {
    return new LogEvent.Protect(id(n));
  }

  public static LogEvent unprotect(int n) {
    return new LogEvent.Unprotect(id(n));
  }

  /** A plan, told from others by its number. */
  public static LogEvent.Plan plan(int number, long asOf, Integer... backups) {
    List<BackupId> ids = Arrays.stream(backups).map(Records::id).toList();
    return new LogEvent.Plan(planDigest(number), new Slot(asOf), ids, 5);
  }

  public static LogEvent swept(int number) {
    return new LogEvent.Swept(planDigest(number));
  }

  public static Digest planDigest(int number) {
    byte[] sha256 = new byte[32];
    sha256[1] = (byte) number;
    return Digest.of(sha256);
  }

  public static LogEvent verified(int percent, List<Integer> sound, List<Integer> damaged) {
    return new LogEvent.Verified(
        percent,
        sound.stream().map(Records::id).toList(),
        damaged.stream().map(Records::id).toList());
  }

  /** The record of an event; its nonce and its time tell the slot. */
  public static LogRecord record(long slot, LogEvent event) {
    Optional<UUID> previous = slot == 1 ? Optional.empty() : Optional.of(new UUID(7, slot - 1));
    return new LogRecord(new UUID(7, slot), previous, TIME.plusSeconds(slot), "web1", event);
  }

  /** The state after these records, CREATE before them. */
  public static TreeState replay(LogEvent... events) {
    List<LogEvent> all = new ArrayList<>(List.of(create()));
    all.addAll(List.of(events));
    TreeState state = new TreeState();
    applyAll(state, all, all.size());
    return state;
  }

  /** Applies the events that the state has not seen yet, up to a slot. */
  public static void applyAll(TreeState state, List<LogEvent> events, int upTo) {
    for (int slot = (int) state.slot().value() + 1; slot <= upTo; slot++) {
      state.apply(new Slot(slot), record(slot, events.get(slot - 1)));
    }
  }

  /** CREATE and random events of few backups with few names, many of them void. */
  public static List<LogEvent> random(Random random, int count) {
    List<LogEvent> events = new ArrayList<>(List.of(create()));
    while (events.size() < count) {
      int n = random.nextInt(8);
      String name = "n" + random.nextInt(3);
      events.add(
          switch (random.nextInt(15)) {
            case 0, 1 ->
                intent(
                    n,
                    name,
                    random.nextBoolean() ? Optional.empty() : Optional.of(id(random.nextInt(8))));
            case 2, 3 -> commit(n);
            case 4 -> revoke(n);
            case 5, 6 -> hide(n);
            case 7 -> unhide(n, name);
            case 8 -> random.nextBoolean() ? protect(n) : unprotect(n);
            case 9, 10, 11 ->
                plan(events.size(), Math.max(0, events.size() - random.nextInt(4)), n);
            case 12 -> swept(events.size() - random.nextInt(8));
            case 14 ->
                copy(
                    n,
                    name,
                    random.nextBoolean() ? Optional.empty() : Optional.of(id(random.nextInt(8))));
            case 13 -> verified(random.nextInt(101), List.of(n), List.of((n + 1) % 8));
            default -> create();
          });
    }
    return events;
  }
}
