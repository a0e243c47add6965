package org.ekkofs.simulation;

import java.util.Arrays;
import java.util.List;
import org.ekkofs.store.ObjectInfo;

/**
 * What a store answers to an {@link Operation}, as a value.
 *
 * @param kind whether there is anything
 * @param bytes what was read
 * @param objects what was listed
 */
record Answer(Kind kind, byte[] bytes, List<ObjectInfo> objects) {
  /** What answers there are. */
  enum Kind {
    /** It is done; of a create: the object was created. */
    DONE,
    /** There is no such object; of a create: there was one already. */
    NO,
    /** The bytes that were read. */
    BYTES,
    /** What was listed. */
    OBJECTS,
    /** The store could not be asked, or its answer was lost. */
    UNAVAILABLE
  }

  private static final byte[] NOTHING = new byte[0];

  static final Answer DONE = new Answer(Kind.DONE, NOTHING, List.of());
  static final Answer NO = new Answer(Kind.NO, NOTHING, List.of());
  static final Answer UNAVAILABLE = new Answer(Kind.UNAVAILABLE, NOTHING, List.of());

  static Answer of(byte[] bytes) {
    return new Answer(Kind.BYTES, bytes, List.of());
  }

  static Answer of(List<ObjectInfo> objects) {
    return new Answer(Kind.OBJECTS, NOTHING, objects);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Answer that
        && kind == that.kind
        && Arrays.equals(bytes, that.bytes)
        && objects.equals(that.objects);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * kind.hashCode() + Arrays.hashCode(bytes)) + objects.hashCode();
  }
}
