package org.ekkofs.source.nbd;

import java.nio.file.Path;

/** Where a disk is served. */
public sealed interface NbdExport {
  /** What to call it in messages. */
  String description();

  /**
   * An export at a socket of this machine.
   *
   * @param description what to call it in messages: of a private server, the image it serves
   * @param path where the socket lies
   * @param name the export's name; empty for the server's default one
   */
  record Socket(String description, Path path, String name) implements NbdExport {}

  /**
   * An export as a user names it, {@code nbd://HOST/NAME} say, in any form that libnbd understands.
   *
   * @param uri the words of the user
   */
  record Uri(String uri) implements NbdExport {
    @Override
    public String description() {
      return uri;
    }
  }
}
