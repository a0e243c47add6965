package org.ekkofs.log;

import org.ekkofs.model.LogEvent;

/**
 * What to append, decided from the state that the new record will follow. It is asked again
 * whenever somebody else's record came first.
 */
@FunctionalInterface
public interface Decision {
  /**
   * Decides.
   *
   * @throws org.ekkofs.model.EkkofsException if, as things stand, nothing must be appended
   */
  LogEvent decide(TreeState state);
}
