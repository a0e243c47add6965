package org.ekkofs.app;

import org.ekkofs.encryption.KeyRing;
import org.ekkofs.format.KeyDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code key remove}: a passphrase or key file opens the repository no longer. */
@Command(
    name = "remove",
    header = "Remove a key: its passphrase or key file opens the repository no longer.",
    description = {
      "Asks for one that opens it. The last key stays. Whoever has opened the repository with",
      "the removed one may have kept what it takes to go on: nothing is encrypted anew."
    },
    footer = {"", "Example:", "  ekkofs key remove 1f2e"})
final class KeyRemoveCommand implements Action {
  @Parameters(paramLabel = "KEY", description = "Its id, or how that begins.")
  private String prefix;

  @Override
  public void run(Context context) {
    try (KeyAccess access = KeyAccess.open(context)) {
      KeyRing ring = access.ring();
      KeyDescription key = ring.find(prefix);
      boolean own = access.unlock().key().id().equals(key.id());
      ring.remove(key);
      context.say("removed key " + key.id() + (own ? ", the one you came in with" : ""));
    }
  }
}
