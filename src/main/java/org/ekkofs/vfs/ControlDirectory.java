package org.ekkofs.vfs;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.control.Job;
import org.ekkofs.control.Jobs;

/** The directory of jobs: for each a file to write and read, and one that waits for its end. */
final class ControlDirectory implements DirectoryNode {
  private static final int PERMISSIONS = 0700;

  private final VfsOptions options;
  private final Jobs jobs;
  private final Instant mounted;

  ControlDirectory(VfsOptions options, Jobs jobs) {
    this.options = options;
    this.jobs = jobs;
    this.mounted = options.clock().instant();
  }

  /** The attributes of a file that holds the job's report. */
  Attributes attributes(Job job, long fileInode, int permissions) {
    return options.control(
        fileInode, Attributes.Type.FILE, permissions, Report.of(job).length(), job.changed());
  }

  Jobs jobs() {
    return jobs;
  }

  @Override
  public boolean writable() {
    return true;
  }

  @Override
  public Attributes attributes() {
    return options.control(Inodes.CONTROL, Attributes.Type.DIRECTORY, PERMISSIONS, 0, mounted);
  }

  @Override
  public Optional<Node> lookup(String name) {
    Optional<Job> job = jobs.find(name);
    if (job.isPresent()) {
      return Optional.of(new JobFile(this, job.get()));
    }
    return waitedFor(name).map(found -> new JobDoneFile(this, found));
  }

  private Optional<Job> waitedFor(String name) {
    return name.endsWith(Jobs.DONE_SUFFIX)
        ? jobs.find(name.substring(0, name.length() - Jobs.DONE_SUFFIX.length()))
        : Optional.empty();
  }

  @Override
  public List<Entry> list() {
    List<Entry> entries = new ArrayList<>();
    for (Job job : jobs.list()) {
      entries.add(new Entry(job.name(), Inodes.job(job.number()), Attributes.Type.FILE));
      entries.add(
          new Entry(
              job.name() + Jobs.DONE_SUFFIX, Inodes.jobDone(job.number()), Attributes.Type.FILE));
    }
    return entries;
  }

  @Override
  public Duration namesValidFor() {
    return Duration.ZERO;
  }

  @Override
  public FileNode create(String name) {
    if (waitedFor(name).isPresent()) {
      throw new ErrnoException(Errno.EEXIST);
    }
    return jobs.create(name)
        .map(job -> new JobFile(this, job))
        .orElseThrow(() -> new ErrnoException(Errno.ENOSPC));
  }

  @Override
  public void remove(String name) {
    if (waitedFor(name).isPresent()) {
      throw new ErrnoException(Errno.EPERM);
    }
    jobs.remove(name);
  }
}
