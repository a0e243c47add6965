package org.ekkofs.simulation;

import java.util.Arrays;
import org.ekkofs.store.ObjectKey;

/**
 * One operation of a store, as a value.
 *
 * @param kind what it does
 * @param subject the key, or the prefix of a listing
 * @param bytes what is to be stored
 * @param offset where to read
 * @param length how much to read
 */
record Operation(Kind kind, String subject, byte[] bytes, long offset, int length) {
  /** What operations there are. */
  enum Kind {
    GET,
    GET_RANGE,
    PUT,
    CREATE,
    SYNC,
    DELETE,
    LIST,
    CHILDREN
  }

  private static final byte[] NONE = new byte[0];

  static Operation of(Kind kind, String subject) {
    return new Operation(kind, subject, NONE, 0, 0);
  }

  static Operation storing(Kind kind, ObjectKey key, byte[] bytes) {
    return new Operation(kind, key.value(), bytes, 0, 0);
  }

  ObjectKey key() {
    return new ObjectKey(subject);
  }

  /** Whether it reads or writes one slot of the log. */
  boolean isOfRecord() {
    return kind != Kind.LIST && kind != Kind.CHILDREN && subject.contains("/log/");
  }

  boolean isRead() {
    return kind == Kind.GET || kind == Kind.GET_RANGE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Operation that
        && kind == that.kind
        && subject.equals(that.subject)
        && offset == that.offset
        && length == that.length
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * kind.hashCode() + subject.hashCode()) + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return kind + " " + subject;
  }
}
