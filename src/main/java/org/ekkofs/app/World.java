package org.ekkofs.app;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.ekkofs.store.ObjectStore;

/**
 * What a command line runs in.
 *
 * @param environment the environment variables
 * @param console where to write
 * @param interruption how the user stops it
 * @param around put around every store that is opened: nothing, but for tests that make it slow or
 *     faulty
 */
record World(
    Map<String, String> environment,
    Console console,
    Interruption interruption,
    UnaryOperator<ObjectStore> around) {
  World(Map<String, String> environment, Console console, Interruption interruption) {
    this(environment, console, interruption, UnaryOperator.identity());
  }
}
