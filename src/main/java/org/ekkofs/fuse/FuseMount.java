package org.ekkofs.fuse;

import java.nio.file.Path;

/** A mounted tree. Safe for use by many threads. */
public interface FuseMount extends AutoCloseable {
  /** The library that serves it, for people: {@code libfuse 3.14.0}. */
  String binding();

  /** Where it is mounted. */
  Path mountpoint();

  /**
   * Waits until the kernel has ended the mount, whoever unmounted it. {@link #close} must be called
   * then too.
   */
  void awaitUnmount() throws InterruptedException;

  /**
   * Unmounts and ends all threads. Files that are still open do not hinder it: their users get
   * errors. Waits up to some seconds for reads that wait for the store. Does nothing the second
   * time.
   */
  @Override
  void close();
}
