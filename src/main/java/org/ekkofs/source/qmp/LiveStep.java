package org.ekkofs.source.qmp;

/** How far a backup of a machine has come; tests stop the process after each of these. */
public enum LiveStep {
  /** There is a folder for what QEMU writes. */
  FOLDER_MADE,
  /** There is an overlay for what a disk held, and nothing uses it. */
  OVERLAY_MADE,
  /** The machine has all overlays, and nothing is written to them. */
  OVERLAYS_ATTACHED,
  /** The bitmaps have changed hands, and what is overwritten goes into the overlays. */
  BEGUN,
  /** The machine's NBD server runs, and serves nothing. */
  SERVER_STARTED,
  /** All disks can be read. */
  EXPORTED,
  /** A disk cannot be read any more; everything else is as it was. */
  UNEXPORTED,
  /** That was the last one, and the NBD server has stopped. */
  SERVER_STOPPED,
  /** Nothing goes into the disk's overlay any more. */
  JOB_ENDED,
  /** What the disk's bitmaps have to say is settled, and its overlay is still attached. */
  BITMAPS_SETTLED,
  /** The disk's overlay is gone. */
  OVERLAY_REMOVED
}
