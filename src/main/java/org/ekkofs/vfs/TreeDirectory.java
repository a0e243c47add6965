package org.ekkofs.vfs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.ekkofs.backup.Sight;
import org.ekkofs.backup.Tree;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;

/**
 * The directory of a backup tree. Answers from a {@link TreeView} that is replaced as a whole, by
 * one thread at a time: whoever holds this object's lock, which is held while the store is asked.
 */
final class TreeDirectory implements DirectoryNode {
  /** What the nodes of a mount share. */
  record Mount(
      String repository,
      UUID repositoryId,
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

  /** Every backup that was ever seen, so that it keeps its inode; added to under the lock. */
  private final Map<BackupId, BackupNode> known = new ConcurrentHashMap<>();

  private volatile TreeView view;

  /** Shows what the tree was like when the store was asked last. */
  TreeDirectory(Mount mount, Tree tree) {
    this.mount = mount;
    this.tree = tree;
    this.segmentBytes = tree.settings().segmentSize().bytes();
    this.inode = mount.inodes().next();
    this.latest = new LatestLink(this, mount.inodes().next());
    this.view = TreeView.of(tree.sight(), this::node);
  }

  /**
   * Asks the store what there is now, once if nothing has changed.
   *
   * @return the names that are no longer, or not yet, what they were
   */
  synchronized Set<String> refresh() {
    TreeView old = view;
    return tree.sightAfter(old.slot()).map(sight -> show(old, sight)).orElse(Set.of());
  }

  private Set<String> show(TreeView old, Sight sight) {
    TreeView now = TreeView.of(sight, this::node);
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

  String repository() {
    return mount.repository();
  }

  UUID repositoryId() {
    return mount.repositoryId();
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
    values.put("user.ekkofs.repository", repository());
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
