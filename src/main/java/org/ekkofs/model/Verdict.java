package org.ekkofs.model;

import java.time.Instant;

/**
 * How the last verification of a backup ended.
 *
 * @param time when, by the clock of the host that did it
 * @param percent how much of its data was read: 0 if only its presence was checked, 100 for all
 * @param sound whether nothing was wrong
 */
public record Verdict(Instant time, int percent, boolean sound) {}
