package org.ekkofs.simulation;

/** An object that a backup needs is not there any more, or is about to go. */
final class Missing extends Loss {
  private static final long serialVersionUID = 1L;

  Missing(String what) {
    super(what);
  }
}
