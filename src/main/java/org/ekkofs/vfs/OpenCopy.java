package org.ekkofs.vfs;

import java.nio.file.Path;
import org.ekkofs.backup.LocalCopies;

/** A local copy that an open file has taken. */
record OpenCopy(LocalCopies.Lease lease) implements LocalCopy {
  @Override
  public Path path() {
    return lease.path();
  }

  @Override
  public boolean isIntact(Path opened) {
    return lease.isIntact(opened);
  }
}
