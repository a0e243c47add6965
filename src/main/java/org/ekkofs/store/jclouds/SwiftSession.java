package org.ekkofs.store.jclouds;

import java.net.URI;
import java.time.Instant;

/**
 * What a login gives.
 *
 * @param token what requests are let in with
 * @param storage the address of the account, below which the containers are
 * @param expires when the token is not good any more
 */
record SwiftSession(String token, URI storage, Instant expires) {
  /** Without the token. */
  @Override
  public String toString() {
    return "session at " + storage;
  }
}
