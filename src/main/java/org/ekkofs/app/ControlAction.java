package org.ekkofs.app;

import org.ekkofs.control.Command;

/** A command that can also be written into the control directory of a mount. */
interface ControlAction extends Action {
  /**
   * What its words ask for.
   *
   * @throws org.ekkofs.model.InvalidException if they do not fit together
   */
  Command command();
}
