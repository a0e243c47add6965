package org.ekkofs.fuse;

import org.ekkofs.vfs.VirtualFileSystem;

/**
 * What the operations of a libfuse 3 mount share.
 *
 * @param tree what is served
 * @param nodes what the kernel knows
 * @param workers threads that may wait
 * @param failures how failures become answers
 */
record Served(VirtualFileSystem tree, NodeTable nodes, Workers workers, Failures failures) {}
