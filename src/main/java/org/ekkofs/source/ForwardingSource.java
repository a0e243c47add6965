package org.ekkofs.source;

import java.nio.ByteBuffer;
import java.util.Optional;

/** A disk that is another one, but for what a subclass does differently. As safe as that one. */
public abstract class ForwardingSource implements DiskSource {
  private final DiskSource disk;

  /** Passes everything on to this disk, which belongs to this one from now on. */
  protected ForwardingSource(DiskSource disk) {
    this.disk = disk;
  }

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

  @Override
  public void checkUnchanged() {
    disk.checkUnchanged();
  }

  @Override
  public void close() {
    disk.close();
  }
}
