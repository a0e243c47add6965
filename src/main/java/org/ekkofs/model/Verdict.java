package org.ekkofs.model;

import java.time.Instant;

/**
 * What the verifications of a backup have shown.
 *
 * @param time when the one was done that shows it, by the clock of the host that did it
 * @param percent how much of its data was read: 0 if only its presence was checked, 100 for all
 * @param sound whether nothing was wrong
 */
public record Verdict(Instant time, int percent, boolean sound) {
  /** The percentage that stands for all data. */
  public static final int ALL = 100;

  /**
   * What is known once this verification has followed the ones before: a later one replaces them,
   * but damage that was found by reading data goes on being known until all data were read and
   * found sound. A sample may have missed it.
   */
  public Verdict after(Verdict before) {
    if (before.sound) {
      return this;
    }
    if (!sound) {
      return new Verdict(time, Math.max(percent, before.percent), false);
    }
    return percent == ALL || before.percent == 0 ? this : before;
  }
}
