package org.ekkofs.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.Slot;

/**
 * What a sweep deletes: exactly these chunks, and the manifests and references of these backups.
 *
 * <pre>
 * offset  bytes  all big-endian
 *      0      4  magic "EKPL"
 *      4      1  version, 1
 *      5      3  zero
 *      8      8  slot as of which the log was known
 *     16      4  number n of deleted backups
 *     20      4  number m of abandoned snapshots
 *     24   16 n  ids of the deleted backups
 *          16 m  ids of the abandoned snapshots
 *                the chunks, as {@link References}
 * </pre>
 *
 * @param asOf the slot up to which the log was known
 * @param deleted the hidden backups that go
 * @param abandoned revoked snapshots that left something behind
 * @param chunks the chunks that go
 */
public record SweepPlan(
    Slot asOf, List<BackupId> deleted, List<BackupId> abandoned, References chunks) {
  /** The longest plan there can be. */
  public static final int MAX_BYTES = 1 << 30;

  private static final int MAGIC = 0x454B504C;
  private static final int VERSION = 1;

  /** How many bytes tell the slot. */
  public static final int HEADER_BYTES = 24;

  /** Copies the lists. */
  public SweepPlan {
    deleted = List.copyOf(deleted);
    abandoned = List.copyOf(abandoned);
  }

  /** A plan of which only the backups are known, from the log; their chunks are not in it. */
  public static SweepPlan lost(Slot asOf, List<BackupId> deleted) {
    return new SweepPlan(asOf, deleted, List.of(), References.builder().build());
  }

  /** Whether there is nothing to delete. */
  public boolean isEmpty() {
    return deleted.isEmpty() && abandoned.isEmpty() && chunks.owners().isEmpty();
  }

  /** The bytes to store; the same plan always gives the same. */
  public byte[] encode() {
    byte[] references = chunks.encode();
    int ids = Math.multiplyExact(deleted.size() + abandoned.size(), BackupId.BYTES);
    ByteBuffer target =
        ByteBuffer.allocate(Math.addExact(references.length, Math.addExact(HEADER_BYTES, ids)));
    target.putInt(MAGIC).putInt(VERSION << 24).putLong(asOf.value());
    target.putInt(deleted.size()).putInt(abandoned.size());
    deleted.forEach(id -> target.put(id.toBytes()));
    abandoned.forEach(id -> target.put(id.toBytes()));
    return target.put(references).array();
  }

  /**
   * Reads a plan.
   *
   * @throws CorruptException if the bytes are not exactly what {@link #encode} writes
   */
  public static SweepPlan decode(byte[] bytes) {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    Slot asOf = slot(source);
    long deleted = Integer.toUnsignedLong(source.getInt());
    long abandoned = Integer.toUnsignedLong(source.getInt());
    if ((deleted + abandoned) * BackupId.BYTES > source.remaining()) {
      throw new CorruptException("a sweep plan cut short");
    }
    List<BackupId> goes = ids(source, deleted);
    List<BackupId> left = ids(source, abandoned);
    byte[] references = new byte[source.remaining()];
    source.get(references);
    return new SweepPlan(asOf, goes, left, References.decode(references));
  }

  /**
   * Reads the slot of which a plan is from its first {@link #HEADER_BYTES} bytes.
   *
   * @throws CorruptException if they are not the beginning of a plan
   */
  public static Slot asOf(byte[] beginning) {
    return slot(ByteBuffer.wrap(beginning));
  }

  private static Slot slot(ByteBuffer source) {
    if (source.remaining() < HEADER_BYTES || source.getInt() != MAGIC) {
      throw new CorruptException("not a sweep plan: it does not begin with EKPL");
    }
    if (source.getInt() != VERSION << 24) {
      throw new CorruptException("a sweep plan of a format that needs a newer ekkofs");
    }
    try {
      return new Slot(source.getLong());
    } catch (InvalidException e) {
      throw new CorruptException("a sweep plan of no slot", e);
    }
  }

  private static List<BackupId> ids(ByteBuffer source, long count) {
    List<BackupId> ids = new ArrayList<>();
    byte[] id = new byte[BackupId.BYTES];
    for (long n = 0; n < count; n++) {
      source.get(id);
      ids.add(BackupId.fromBytes(id));
    }
    return ids;
  }
}
