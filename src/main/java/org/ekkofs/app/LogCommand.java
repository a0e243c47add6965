package org.ekkofs.app;

import picocli.CommandLine.Command;

/** {@code log}: where the commit logs live. */
@Command(
    name = "log",
    header = "Show and change where the logs of the repository live.",
    synopsisSubcommandLabel = "COMMAND")
final class LogCommand {}
