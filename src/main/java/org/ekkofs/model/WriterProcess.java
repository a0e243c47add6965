package org.ekkofs.model;

/**
 * The process that takes a snapshot, told apart from every other: process ids are reused, but not
 * with the same start time on the same boot.
 *
 * @param host name of the host
 * @param bootId what tells this boot, and this namespace of process ids, from every other; empty
 *     where that is not known
 * @param pid process id
 * @param startedMillis when the process started, milliseconds since the boot
 */
public record WriterProcess(String host, String bootId, long pid, long startedMillis) {}
