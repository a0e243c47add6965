package org.ekkofs.endtoend;

/** Booting from a mount through libfuse 2. */
class BootByFuse2IT extends BootContract {
  @Override
  String binding() {
    return "fuse2";
  }
}
