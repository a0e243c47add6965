package org.ekkofs.backup;

/**
 * A disk of a running machine that is to be backed up.
 *
 * @param node what QEMU calls it: its block node, or its drive or device
 * @param snapshot as what it is to be backed up; if no parent is named it is found
 */
public record LiveRequest(String node, SnapshotRequest snapshot) {}
