package org.ekkofs.app;

import picocli.CommandLine.Command;

/** {@code key}: what opens an encrypted repository. */
@Command(
    name = "key",
    header = "List, add and remove the passphrases and key files that open the repository.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "The passphrase comes from $EKKOFS_PASSWORD, the first line of the file",
      "$EKKOFS_PASSWORD_FILE, the key file $EKKOFS_KEY_FILE, or a prompt.",
      "",
      "Examples:",
      "  ekkofs key list",
      "  ekkofs key add --label \"the safe\"",
      "  ekkofs key remove 1f2e"
    })
final class KeyCommand {}
