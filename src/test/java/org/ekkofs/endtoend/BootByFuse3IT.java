package org.ekkofs.endtoend;

/** Booting from a mount through libfuse 3. */
class BootByFuse3IT extends BootContract {
  @Override
  String binding() {
    return "fuse3";
  }
}
