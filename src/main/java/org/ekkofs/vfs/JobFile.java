package org.ekkofs.vfs;

import java.util.Optional;
import org.ekkofs.control.Job;

/** A job as a file: command lines are written to it, and reading it tells how they stand. */
record JobFile(ControlDirectory directory, Job job) implements FileNode {
  private static final int PERMISSIONS = 0600;

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public Attributes attributes() {
    return directory.attributes(job, Inodes.job(job.number()), PERMISSIONS);
  }

  @Override
  public OpenFile open(boolean write) {
    return new OpenJob(job, write ? Optional.of(directory.jobs().write(job)) : Optional.empty());
  }

  @Override
  public void truncate() {
    if (!job.clear()) {
      throw new ErrnoException(Errno.EBUSY);
    }
  }
}
