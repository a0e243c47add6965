package org.ekkofs.disk;

import org.ekkofs.model.ChunkId;
import org.ekkofs.model.TreeName;

/** Which chunk of the repository. */
record ChunkKey(TreeName tree, ChunkId chunk) {}
