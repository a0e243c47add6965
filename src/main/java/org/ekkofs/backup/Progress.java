package org.ekkofs.backup;

/**
 * Hears how far a long work has come, and can stop it. Called from any thread of the work, often;
 * implementations are cheap and safe for use by many threads.
 */
public interface Progress {
  /** Hears nothing and never stops. */
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String task, long totalBytes) {}

        @Override
        public void advance(long bytes) {}

        @Override
        public void check() {}
      };

  /** A piece of work begins; it replaces the one before. */
  void begin(String task, long totalBytes);

  /** So many bytes more are done. */
  void advance(long bytes);

  /**
   * Asks whether to go on.
   *
   * @throws org.ekkofs.model.CancelledException if the user has stopped the work
   */
  void check();
}
