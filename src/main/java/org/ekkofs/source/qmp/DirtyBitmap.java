package org.ekkofs.source.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.InvalidException;

/**
 * A bitmap of a disk that says what has changed since a backup, whose id is in its name.
 *
 * @param backup which one
 * @param recording whether it goes on
 * @param busy whether somebody uses it
 * @param inconsistent whether it was not saved when QEMU ended, so that it says nothing
 */
record DirtyBitmap(BackupId backup, boolean recording, boolean busy, boolean inconsistent) {
  private static final String PREFIX = "ekkofs-";

  /** The name of the bitmap that begins with a backup. */
  static String name(BackupId backup) {
    return PREFIX + backup;
  }

  String name() {
    return name(backup);
  }

  /** As QEMU describes it; empty if it is not one of ours. */
  static Optional<DirtyBitmap> of(JsonNode bitmap) {
    return backup(bitmap.path("name").asText())
        .map(
            backup ->
                new DirtyBitmap(
                    backup,
                    bitmap.path("recording").asBoolean(),
                    bitmap.path("busy").asBoolean(),
                    bitmap.path("inconsistent").asBoolean()));
  }

  private static Optional<BackupId> backup(String name) {
    try {
      return name.startsWith(PREFIX)
          ? Optional.of(BackupId.parse(name.substring(PREFIX.length())))
          : Optional.empty();
    } catch (InvalidException somebodyElses) {
      return Optional.empty();
    }
  }
}
