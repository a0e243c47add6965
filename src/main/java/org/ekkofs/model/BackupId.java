package org.ekkofs.model;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The identity of a backup for all time; as the owner of chunks it is part of their keys. */
public record BackupId(UUID value) implements Comparable<BackupId> {
  /** How many bytes {@link #toBytes} gives. */
  public static final int BYTES = 16;

  /**
   * Parses the canonical form, 36 characters in lower case.
   *
   * @throws InvalidException if the text is anything else
   */
  public static BackupId parse(String text) {
    try {
      UUID uuid = UUID.fromString(text);
      if (uuid.toString().equals(text)) {
        return new BackupId(uuid);
      }
    } catch (IllegalArgumentException e) {
      throw notAnId(text, e);
    }
    throw notAnId(text, null);
  }

  private static InvalidException notAnId(String text, @Nullable Throwable cause) {
    return new InvalidException("\"" + Names.printable(text) + "\" is not a backup id", cause);
  }

  /**
   * Reads an id from 16 bytes, big-endian.
   *
   * @throws CorruptException if there are not exactly 16
   */
  public static BackupId fromBytes(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new CorruptException("a backup id has " + bytes.length + " bytes instead of 16");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new BackupId(new UUID(buffer.getLong(), buffer.getLong()));
  }

  /** The id as 16 bytes, big-endian. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES)
        .putLong(value.getMostSignificantBits())
        .putLong(value.getLeastSignificantBits())
        .array();
  }

  @Override
  public int compareTo(BackupId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
