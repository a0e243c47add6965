package org.ekkofs.endtoend;

/** The mounted repository through libfuse 2. */
class MountedByFuse2IT extends MountedRepositoryContract {
  @Override
  String binding() {
    return "fuse2";
  }
}
