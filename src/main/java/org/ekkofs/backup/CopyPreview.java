package org.ekkofs.backup;

import java.util.List;
import org.ekkofs.log.TrackedBackup;

/**
 * What copying would do.
 *
 * @param missing the backups that would be copied, as the source has them
 * @param already how many are there
 * @param bytes what the chunks take in the source that these need and none that is there does
 */
public record CopyPreview(List<TrackedBackup> missing, long already, long bytes) {
  /** Copies the list. */
  public CopyPreview {
    missing = List.copyOf(missing);
  }
}
