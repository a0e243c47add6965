package org.ekkofs.vfs;

import org.ekkofs.control.Job;

/** A file of which reading waits for the end of a job. */
record JobDoneFile(ControlDirectory directory, Job job) implements FileNode {
  private static final int PERMISSIONS = 0400;

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public Attributes attributes() {
    return directory.attributes(job, Inodes.jobDone(job.number()), PERMISSIONS);
  }

  @Override
  public OpenFile open(boolean write) {
    if (write) {
      throw new ErrnoException(Errno.EPERM);
    }
    return new OpenJobDone(job);
  }

  @Override
  public void truncate() {
    throw new ErrnoException(Errno.EPERM);
  }
}
