package org.ekkofs.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which chunks a backup refers to: per owner, a set of segments. Immutable.
 *
 * <pre>
 * offset  bytes  all big-endian but the bitmaps
 *      0      4  magic "EKRF"
 *      4      1  version, 1
 *      5      3  zero
 *      8      4  number of owners
 *     12         for each owner, ascending by unsigned bytes of the id:
 *            16    id
 *             4    length n of the bitmap
 *             n    segments, at least one, as a RoaringBitmap in its portable format
 * </pre>
 */
public final class References {
  private static final int MAGIC = 0x454B5246;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 12;
  private static final int OWNER_BYTES = BackupId.BYTES + Integer.BYTES;
  private static final Comparator<BackupId> BY_BYTES =
      Comparator.<BackupId, Long>comparing(
              id -> id.value().getMostSignificantBits(), Long::compareUnsigned)
          .thenComparing(id -> id.value().getLeastSignificantBits(), Long::compareUnsigned);

  /** Never changed, neither the map nor a bitmap in it, once this object exists. */
  private final NavigableMap<BackupId, RoaringBitmap> owners;

  private References(NavigableMap<BackupId, RoaringBitmap> owners) {
    this.owners = owners;
  }

  /** Collects references. For one thread. */
  public static final class Builder {
    private final NavigableMap<BackupId, RoaringBitmap> owners = new TreeMap<>(BY_BYTES);

    private Builder() {}

    /** Adds a chunk; one that is there already makes no difference. */
    public Builder add(ChunkId chunk) {
      owners
          .computeIfAbsent(chunk.owner(), owner -> new RoaringBitmap())
          .add((int) chunk.segment().value());
      return this;
    }

    /** Adds an owner's segments. */
    public Builder addAll(BackupId owner, RoaringBitmap segments) {
      owners.computeIfAbsent(owner, any -> new RoaringBitmap()).or(segments);
      return this;
    }

    /** Adds all that others refer to. */
    public Builder addAll(References others) {
      others.owners.forEach(this::addAll);
      return this;
    }

    /** Takes away all that others refer to. */
    public Builder removeAll(References others) {
      NavigableMap<BackupId, RoaringBitmap> fewer =
          others.owners.size() < owners.size() ? others.owners : owners;
      for (BackupId owner : List.copyOf(fewer.keySet())) {
        RoaringBitmap mine = owners.get(owner);
        RoaringBitmap theirs = others.owners.get(owner);
        if (mine != null && theirs != null) {
          mine.andNot(theirs);
        }
      }
      return this;
    }

    /** Whether nothing is left in it. */
    public boolean isEmpty() {
      return owners.values().stream().allMatch(RoaringBitmap::isEmpty);
    }

    /** The references added so far. */
    public References build() {
      NavigableMap<BackupId, RoaringBitmap> copy = new TreeMap<>(BY_BYTES);
      owners.forEach(
          (owner, segments) -> {
            if (segments.isEmpty()) {
              return;
            }
            RoaringBitmap packed = segments.clone();
            packed.runOptimize();
            copy.put(owner, packed);
          });
      return new References(copy);
    }
  }

  /** With nothing in it yet. */
  public static Builder builder() {
    return new Builder();
  }

  /** The backups whose chunks are referred to, as an unmodifiable set. */
  public Set<BackupId> owners() {
    return Collections.unmodifiableSet(owners.keySet());
  }

  /** A copy of the set of an owner's segments that are referred to; segments are unsigned. */
  public RoaringBitmap segments(BackupId owner) {
    RoaringBitmap segments = owners.get(owner);
    return segments == null ? new RoaringBitmap() : segments.clone();
  }

  /** How many chunks are referred to. */
  public long count() {
    return owners.values().stream().mapToLong(RoaringBitmap::getLongCardinality).sum();
  }

  /** Shows all owners and their segments, which must not be changed. */
  void forEach(BiConsumer<BackupId, RoaringBitmap> consumer) {
    owners.forEach(consumer);
  }

  /** What is referred to here and not there. */
  References minus(Map<BackupId, RoaringBitmap> others) {
    NavigableMap<BackupId, RoaringBitmap> left = new TreeMap<>(BY_BYTES);
    owners.forEach(
        (owner, segments) -> {
          RoaringBitmap theirs = others.get(owner);
          RoaringBitmap mine = theirs == null ? segments : RoaringBitmap.andNot(segments, theirs);
          if (!mine.isEmpty()) {
            left.put(owner, mine);
          }
        });
    return new References(left);
  }

  /** How many chunks are referred to both here and there. */
  public long shared(References others) {
    long shared = 0;
    for (Map.Entry<BackupId, RoaringBitmap> owner : owners.entrySet()) {
      RoaringBitmap theirs = others.owners.get(owner.getKey());
      shared += theirs == null ? 0 : RoaringBitmap.andCardinality(owner.getValue(), theirs);
    }
    return shared;
  }

  /** Whether the chunk is referred to. */
  public boolean contains(ChunkId chunk) {
    RoaringBitmap segments = owners.get(chunk.owner());
    return segments != null && segments.contains((int) chunk.segment().value());
  }

  /** The bytes to store; the same references always give the same. */
  public byte[] encode() {
    int length = HEADER_BYTES;
    for (RoaringBitmap segments : owners.values()) {
      length = Math.addExact(length, OWNER_BYTES + segments.serializedSizeInBytes());
    }
    ByteBuffer target = ByteBuffer.allocate(length);
    target.putInt(MAGIC).putInt(VERSION << 24).putInt(owners.size());
    for (Map.Entry<BackupId, RoaringBitmap> owner : owners.entrySet()) {
      target.put(owner.getKey().toBytes()).putInt(owner.getValue().serializedSizeInBytes());
      owner.getValue().serialize(target);
    }
    return target.array();
  }

  /**
   * Reads references.
   *
   * @throws CorruptException if the bytes are not exactly what {@link #encode} writes
   */
  public static References decode(byte[] bytes) {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    long count = checkHeader(source);
    NavigableMap<BackupId, RoaringBitmap> owners = new TreeMap<>(BY_BYTES);
    for (long n = 0; n < count; n++) {
      require(source.remaining() >= OWNER_BYTES, "cut short");
      byte[] id = new byte[BackupId.BYTES];
      source.get(id);
      BackupId owner = BackupId.fromBytes(id);
      require(
          owners.isEmpty() || BY_BYTES.compare(owners.lastKey(), owner) < 0, "owners not in order");
      int length = source.getInt();
      require(length > 0 && length <= source.remaining(), "cut short");
      owners.put(owner, bitmap(source.slice(source.position(), length)));
      source.position(source.position() + length);
    }
    require(!source.hasRemaining(), "followed by bytes that do not belong to them");
    return new References(owners);
  }

  private static long checkHeader(ByteBuffer source) {
    require(source.remaining() >= HEADER_BYTES, "cut short");
    require(source.getInt() == MAGIC, "not references at all: they do not begin with EKRF");
    int version = source.getInt();
    require(version == VERSION << 24, "of a format that needs a newer ekkofs");
    return Integer.toUnsignedLong(source.getInt());
  }

  private static RoaringBitmap bitmap(ByteBuffer source) {
    RoaringBitmap bitmap = new RoaringBitmap();
    boolean valid;
    try {
      bitmap.deserialize(source.duplicate());
      valid = bitmap.validate() && !bitmap.isEmpty() && sameBytes(bitmap, source);
    } catch (IOException | RuntimeException e) {
      // The library answers bytes that are no bitmap with whatever they happen to trip over.
      throw new CorruptException("references with an unreadable bitmap", e);
    }
    require(valid, "with a bitmap that is not valid");
    return bitmap;
  }

  private static boolean sameBytes(RoaringBitmap bitmap, ByteBuffer source) {
    if (bitmap.serializedSizeInBytes() != source.remaining()) {
      return false;
    }
    ByteBuffer again = ByteBuffer.allocate(source.remaining());
    bitmap.serialize(again);
    return again.flip().equals(source);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new CorruptException("references " + otherwise);
    }
  }
}
