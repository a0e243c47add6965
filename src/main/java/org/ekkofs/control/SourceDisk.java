package org.ekkofs.control;

import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.source.SourceAddress;

/** A disk that is to be backed up, and as what. */
public record SourceDisk(SourceAddress source, SnapshotRequest request) {}
