package org.ekkofs.fuse;

class Fuse2MountIT extends MountContract {
  @Override
  Binding binding() {
    return Binding.FUSE2;
  }

  @Override
  boolean isInstalled() {
    return Fuse2Library.load().isPresent();
  }
}
