package org.ekkofs.vfs;

/** The link to the backup of a tree that was committed last. */
record LatestLink(TreeDirectory directory, long inode) implements LinkNode {
  static final String NAME = "latest" + BackupNode.SUFFIX;

  @Override
  public Attributes attributes() {
    TreeView view = directory.view();
    int length = view.newest().map(node -> node.fileName().length()).orElse(0);
    return directory.options().link(inode, length, view.modified());
  }

  @Override
  public String target() {
    return directory
        .view()
        .newest()
        .map(BackupNode::fileName)
        .orElseThrow(() -> new ErrnoException(Errno.ENOENT));
  }
}
