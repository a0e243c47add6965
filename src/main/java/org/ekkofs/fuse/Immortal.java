package org.ekkofs.fuse;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What native code may still use at any time, and so must never be freed. */
final class Immortal {
  private static final Queue<Object> KEPT = new ConcurrentLinkedQueue<>();

  private Immortal() {}

  static void keep(Object object) {
    KEPT.add(object);
  }
}
