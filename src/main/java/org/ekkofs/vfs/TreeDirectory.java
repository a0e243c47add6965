package org.ekkofs.vfs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;

/**
 * The directory of a backup tree. Answers from a {@link TreeView} that the refresh thread replaces
 * as a whole.
 */
final class TreeDirectory implements DirectoryNode {
  /** What the nodes of a mount share. */
  record Mount(
      String repository,
      VfsOptions options,
      Inodes inodes,
      DiskPool disks,
      Prefetcher prefetcher,
      Filler filler) {}

  private final Mount mount;
  private final Tree tree;
  private final int segmentBytes;
  private final long inode;
  private final LatestLink latest;

  /** Every backup that was ever seen, so that it keeps its inode; added to by {@link #refresh}. */
  private final Map<BackupId, BackupNode> known = new ConcurrentHashMap<>();

  private volatile TreeView view = TreeView.EMPTY;

  TreeDirectory(Mount mount, Tree tree) {
    this.mount = mount;
    this.tree = tree;
    this.segmentBytes = tree.settings().segmentSize().bytes();
    this.inode = mount.inodes().next();
    this.latest = new LatestLink(this, mount.inodes().next());
  }

  /**
   * Asks the store what there is now. Only ever called by the refresh thread.
   *
   * @return the names that are no longer, or not yet, what they were
   */
  Set<String> refresh() {
    List<TrackedBackup> backups = tree.visible();
    TreeView old = view;
    if (backups.equals(old.backups())) {
      return Set.of();
    }
    TreeView now = TreeView.of(backups, this::node);
    view = now;
    return changed(old, now);
  }

  private BackupNode node(TrackedBackup backup) {
    BackupNode node =
        known.computeIfAbsent(
            backup.id(), id -> new BackupNode(this, mount.inodes().next(), backup));
    node.update(backup);
    return node;
  }

  private static Set<String> changed(TreeView old, TreeView now) {
    Set<String> names = new HashSet<>(old.nodes().keySet());
    names.addAll(now.nodes().keySet());
    names.removeIf(name -> old.nodes().get(name) == now.nodes().get(name));
    if (!old.newest().equals(now.newest())) {
      names.add(LatestLink.NAME);
    }
    return names;
  }

  String name() {
    return tree.name().value();
  }

  Tree tree() {
    return tree;
  }

  TreeView view() {
    return view;
  }

  long inode() {
    return inode;
  }

  int segmentBytes() {
    return segmentBytes;
  }

  VfsOptions options() {
    return mount.options();
  }

  DiskPool disks() {
    return mount.disks();
  }

  Prefetcher prefetcher() {
    return mount.prefetcher();
  }

  Filler filler() {
    return mount.filler();
  }

  /** The backup of this id, if it is to be seen now. */
  Optional<BackupNode> visible(BackupId id) {
    return Optional.ofNullable(known.get(id))
        .filter(node -> view.nodes().get(node.fileName()) == node);
  }

  @Override
  public Attributes attributes() {
    return options().directory(inode, view.modified());
  }

  @Override
  public Map<String, String> extendedAttributes() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("user.ekkofs.backups", Integer.toString(view.nodes().size()));
    values.put("user.ekkofs.segment_bytes", Integer.toString(segmentBytes));
    values.put("user.ekkofs.repository", mount.repository());
    return values;
  }

  @Override
  public Optional<Node> lookup(String name) {
    TreeView now = view;
    if (name.equals(LatestLink.NAME)) {
      return now.newest().map(any -> latest);
    }
    return Optional.ofNullable(now.nodes().get(name));
  }

  @Override
  public List<Entry> list() {
    TreeView now = view;
    List<Entry> entries = new ArrayList<>(now.nodes().size() + 1);
    now.nodes()
        .forEach((name, node) -> entries.add(new Entry(name, node.inode(), Attributes.Type.FILE)));
    if (now.newest().isPresent()) {
      entries.add(new Entry(LatestLink.NAME, latest.inode(), Attributes.Type.LINK));
    }
    return entries;
  }

  @Override
  public Duration namesValidFor() {
    return options().refresh();
  }
}
