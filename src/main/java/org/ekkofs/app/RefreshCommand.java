package org.ekkofs.app;

import org.ekkofs.control.Command;
import org.ekkofs.model.InvalidException;

/** {@code refresh}: a mount is to see at once what other hosts have done. */
@picocli.CommandLine.Command(name = "refresh", header = "See at once what other hosts have done.")
final class RefreshCommand implements ControlAction {
  @Override
  public Command command() {
    return new Command.Refresh();
  }

  @Override
  public void run(Context context) {
    throw new InvalidException("only a mount can be refreshed, by its control directory");
  }
}
