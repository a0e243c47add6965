package org.ekkofs.simulation;

/**
 * The end of a simulated process, thrown out of whatever it was doing, and again out of every
 * further operation, so that nothing it does on its way out has an effect.
 */
final class Crash extends Error {
  private static final long serialVersionUID = 1L;

  Crash() {
    super("the simulated process has ended", null, false, false);
  }
}
