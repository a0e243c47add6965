package org.ekkofs.backup;

/**
 * How to restore.
 *
 * @param force whether an existing file may be replaced, or a block device written to
 * @param verify whether to read back what was written and compare it with the backup
 */
public record RestoreOptions(boolean force, boolean verify) {}
