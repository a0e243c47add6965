package org.ekkofs.fuse;

/** One thread's way to take requests off the kernel's queue and have them processed. */
interface Receiver extends AutoCloseable {
  /**
   * Waits for a request.
   *
   * @return its length; 0 when the mount has ended; or a negative error number
   */
  int receive();

  /** Has the received request processed, by callbacks on this thread. */
  void process();

  /** Frees the memory. */
  @Override
  void close();
}
