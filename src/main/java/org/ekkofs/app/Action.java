package org.ekkofs.app;

/** A command whose words have been read, ready to run. */
interface Action {
  /**
   * Runs it to its end.
   *
   * @throws org.ekkofs.model.EkkofsException if it fails; decides the exit status
   * @throws InterruptedException if the user stopped it
   */
  void run(Context context) throws InterruptedException;
}
