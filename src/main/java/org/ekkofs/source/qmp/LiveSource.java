package org.ekkofs.source.qmp;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.Changes;
import org.ekkofs.source.DiskSource;

/**
 * A disk of a running machine as it was at one moment, for as long as the machine keeps what it
 * overwrites.
 */
record LiveSource(DiskSource disk, Machine machine, String job, SpaceWatch watch)
    implements DiskSource {
  @Override
  public String description() {
    return disk.description();
  }

  @Override
  public long size() {
    return disk.size();
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    watch.check();
    disk.read(offset, target);
  }

  @Override
  public int parallelism() {
    return disk.parallelism();
  }

  @Override
  public Optional<Changes> changes() {
    return disk.changes();
  }

  @Override
  public long nextData(long offset) {
    return disk.nextData(offset);
  }

  @Override
  public long nextHole(long offset) {
    return disk.nextHole(offset);
  }

  /** If the machine has stopped to keep what it overwrites, what was read is of several moments. */
  @Override
  public void checkUnchanged() {
    watch.check();
    disk.checkUnchanged();
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

  @Override
  public void close() {
    disk.close();
  }
}
