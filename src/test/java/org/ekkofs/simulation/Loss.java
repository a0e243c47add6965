package org.ekkofs.simulation;

/** Something that was promised has not been kept: what the simulation looks for. */
class Loss extends AssertionError {
  private static final long serialVersionUID = 1L;

  Loss(String what) {
    super(what);
  }

  Loss(String what, Throwable cause) {
    super(what, cause);
  }
}
