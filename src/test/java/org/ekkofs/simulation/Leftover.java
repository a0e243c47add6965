package org.ekkofs.simulation;

/**
 * An object that nobody needs, and that no sweep would ever remove: wasted, but nothing is lost.
 */
final class Leftover extends Loss {
  private static final long serialVersionUID = 1L;

  Leftover(String what) {
    super(what);
  }
}
