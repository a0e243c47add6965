package org.ekkofs.source.qmp;

import java.nio.ByteBuffer;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.DiskSource;
import org.ekkofs.source.ForwardingSource;

/**
 * A disk of a running machine as it was at one moment, for as long as the machine keeps what it
 * overwrites.
 */
final class LiveSource extends ForwardingSource {
  private final Machine machine;
  private final String job;
  private final SpaceWatch watch;

  LiveSource(DiskSource disk, Machine machine, String job, SpaceWatch watch) {
    super(disk);
    this.machine = machine;
    this.job = job;
    this.watch = watch;
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    watch.check();
    super.read(offset, target);
  }

  /** If the machine has stopped to keep what it overwrites, what was read is of several moments. */
  @Override
  public void checkUnchanged() {
    watch.check();
    super.checkUnchanged();
    boolean kept =
        machine
            .job(job)
            .filter(found -> found.path("status").asText().equals("running"))
            .isPresent();
    if (!kept) {
      throw new FailedException(
          description() + " was not held still to the end: its job has ended before");
    }
  }
}
