package org.ekkofs.backup;

import org.ekkofs.source.qmp.LiveStep;

/**
 * The moments at which a process may die and leave something half done behind. Tests stop the
 * process at each of them.
 */
public enum CrashPoint {
  /** The snapshot is announced and nothing is stored. */
  AFTER_INTENT,
  /** Some chunks are stored. */
  BETWEEN_CHUNKS,
  /** All chunks are stored. */
  BEFORE_MANIFEST,
  /** Everything is stored and nothing says so. */
  AFTER_MANIFEST,
  /** The commit is in the log and nobody was told. */
  AFTER_COMMIT,
  /** The backup is hidden and nobody was told. */
  AFTER_HIDE,
  /** A sweep's plan is stored and the log does not know of it. */
  BEFORE_PLAN,
  /** The plan is in the log and nothing is deleted. */
  AFTER_PLAN,
  /** Some of the plan's chunks are deleted. */
  BETWEEN_DELETES,
  /** All chunks of the plan are deleted, and no manifest. */
  BEFORE_MANIFEST_DELETE,
  /** Everything in the plan is deleted and the log does not know. */
  BEFORE_SWEPT,
  /** The sweep is in the log and its plan still lies in the store. */
  AFTER_SWEPT,
  /** A checkpoint of the log is made and not stored. */
  BEFORE_CHECKPOINT,
  /** A verification has read another segment. */
  BETWEEN_SEGMENTS,
  /** Of a running machine: see {@link LiveStep#FOLDER_MADE}. */
  LIVE_FOLDER_MADE,
  /** Of a running machine: see {@link LiveStep#OVERLAY_MADE}. */
  LIVE_OVERLAY_MADE,
  /** Of a running machine: see {@link LiveStep#OVERLAYS_ATTACHED}. */
  LIVE_OVERLAYS_ATTACHED,
  /** Of a running machine: see {@link LiveStep#BEGUN}. */
  LIVE_BEGUN,
  /** Of a running machine: see {@link LiveStep#SERVER_STARTED}. */
  LIVE_SERVER_STARTED,
  /** Of a running machine: see {@link LiveStep#EXPORTED}. */
  LIVE_EXPORTED,
  /** Of a running machine: see {@link LiveStep#UNEXPORTED}. */
  LIVE_UNEXPORTED,
  /** Of a running machine: see {@link LiveStep#SERVER_STOPPED}. */
  LIVE_SERVER_STOPPED,
  /** Of a running machine: see {@link LiveStep#JOB_ENDED}. */
  LIVE_JOB_ENDED,
  /** Of a running machine: see {@link LiveStep#BITMAPS_SETTLED}. */
  LIVE_BITMAPS_SETTLED,
  /** Of a running machine: see {@link LiveStep#OVERLAY_REMOVED}. */
  LIVE_OVERLAY_REMOVED;

  private static final String LIVE = "LIVE_";

  /** Where a backup of a running machine may die. */
  static CrashPoint of(LiveStep step) {
    return valueOf(LIVE + step);
  }

  /** Whether it lies in a backup of a running machine. */
  public boolean isLive() {
    return name().startsWith(LIVE);
  }
}
