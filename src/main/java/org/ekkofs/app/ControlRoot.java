package org.ekkofs.app;

import picocli.CommandLine.Command;

/** What a line in the control directory begins with: nothing. */
@Command(name = "control")
final class ControlRoot {}
