package org.ekkofs.store.jclouds;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import okhttp3.OkHttpClient;

/** One way to log in to Swift. Safe for use by many threads. */
interface SwiftLogin {
  /** Where to log in. */
  URI server();

  /** The certificates to trust there and at the store, instead of the machine's. */
  Optional<Path> authorities();

  /**
   * Logs in.
   *
   * @throws IOException if the server cannot be asked or its answer makes no sense
   * @throws org.ekkofs.model.RefusedException if it does not accept the credentials
   */
  SwiftSession login(OkHttpClient client) throws IOException;
}
