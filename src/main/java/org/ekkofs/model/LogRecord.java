package org.ekkofs.model;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One record of a commit log.
 *
 * @param nonce random; by it a writer knows its own record again
 * @param previous nonce of the record in the slot before; empty in slot 1
 * @param time when the writer's clock said it was written; for people, nothing rests on it
 * @param host who wrote it; for people
 * @param event what happened
 */
public record LogRecord(
    UUID nonce, Optional<UUID> previous, Instant time, String host, LogEvent event) {}
