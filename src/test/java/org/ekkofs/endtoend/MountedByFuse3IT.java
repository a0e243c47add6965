package org.ekkofs.endtoend;

/** The mounted repository through libfuse 3. */
class MountedByFuse3IT extends MountedRepositoryContract {
  @Override
  String binding() {
    return "fuse3";
  }
}
