package org.ekkofs.simulation;

import java.util.EnumSet;
import java.util.Set;

/** How an operation of the simulated store goes wrong. */
enum Fault {
  /** It goes well. */
  NONE,
  /** The request is lost: unavailable, and nothing has happened. */
  LOST_REQUEST,
  /** The answer is lost: unavailable, but it has happened. */
  LOST_ANSWER,
  /** Unavailable, and it happens some time later, whatever has happened meanwhile. */
  LATE,
  /** It happens, and some time later once more. */
  TWICE,
  /** Of several objects only some are deleted, and then the store is unavailable. */
  PART,
  /** Only a part of the object is read, and nothing says so. */
  SHORT,
  /** A listing lacks what was stored lately and shows what was deleted lately. */
  STALE,
  /** The process ends before it has happened. */
  CRASH_BEFORE,
  /** The process ends after it has happened. */
  CRASH_AFTER,
  /** The process ends, and it happens some time later. */
  CRASH_LATE;

  /** What can go wrong with a read. */
  static final Set<Fault> OF_READS = EnumSet.of(LOST_REQUEST, SHORT, CRASH_BEFORE);

  /** What can go wrong with a listing. */
  static final Set<Fault> OF_LISTINGS = EnumSet.of(LOST_REQUEST, STALE, CRASH_BEFORE);

  /** What can go wrong with making things durable. */
  static final Set<Fault> OF_SYNC = EnumSet.of(LOST_REQUEST, CRASH_BEFORE);

  /** What can go wrong with storing an object. */
  static final Set<Fault> OF_WRITES =
      EnumSet.of(LOST_REQUEST, LOST_ANSWER, LATE, TWICE, CRASH_BEFORE, CRASH_AFTER, CRASH_LATE);

  /** What can go wrong with deleting objects. */
  static final Set<Fault> OF_DELETES =
      EnumSet.of(
          LOST_REQUEST, LOST_ANSWER, LATE, TWICE, PART, CRASH_BEFORE, CRASH_AFTER, CRASH_LATE);

  /** Whether the process does not survive it. */
  boolean isCrash() {
    return this == CRASH_BEFORE || this == CRASH_AFTER || this == CRASH_LATE;
  }

  /** Whether the operation has its effect at once. */
  boolean hasEffectNow() {
    return this == NONE || this == LOST_ANSWER || this == TWICE || this == CRASH_AFTER;
  }

  /** Whether the operation has its effect later, or once more. */
  boolean hasEffectLater() {
    return this == LATE || this == TWICE || this == CRASH_LATE;
  }
}
