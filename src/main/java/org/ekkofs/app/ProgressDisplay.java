package org.ekkofs.app;

/** Shows how far a piece of work has come. Called from many threads. */
interface ProgressDisplay extends AutoCloseable {
  /** Shows nothing. */
  ProgressDisplay NONE =
      new ProgressDisplay() {
        @Override
        public void begin(String task, long totalBytes) {}

        @Override
        public void advance(long bytes) {}

        @Override
        public void close() {}
      };

  /** Another piece of work begins. */
  void begin(String task, long totalBytes);

  /** So many bytes more are done. */
  void advance(long bytes);

  /** Nothing more comes. */
  @Override
  void close();
}
