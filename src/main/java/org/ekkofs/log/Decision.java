package org.ekkofs.log;

import java.util.Optional;
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
   * @return the event; empty if, as things stand, there is nothing to do
   * @throws org.ekkofs.model.EkkofsException if, as things stand, it must not happen
   */
  Optional<LogEvent> decide(TreeState state);
}
