package org.ekkofs.vfs;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The top directory: the trees, and the control directory. */
final class RootDirectory implements DirectoryNode {
  private static final String CONTROL = "control";

  private final String repository;
  private final VfsOptions options;
  private final LiveTrees trees;
  private final ControlDirectory control;
  private final Instant mounted;

  RootDirectory(String repository, VfsOptions options, LiveTrees trees, ControlDirectory control) {
    this.repository = repository;
    this.options = options;
    this.trees = trees;
    this.control = control;
    this.mounted = options.clock().instant();
  }

  @Override
  public Attributes attributes() {
    return options.directory(Inodes.ROOT, mounted);
  }

  @Override
  public Map<String, String> extendedAttributes() {
    int backups =
        trees.trees().values().stream().mapToInt(tree -> tree.view().nodes().size()).sum();
    return Map.of(
        "user.ekkofs.repository", repository,
        "user.ekkofs.backups", Integer.toString(backups),
        "user.ekkofs.pid", Long.toString(ProcessHandle.current().pid()));
  }

  @Override
  public Optional<Node> lookup(String name) {
    return name.equals(CONTROL)
        ? Optional.of(control)
        : Optional.ofNullable(trees.trees().get(name));
  }

  @Override
  public List<Entry> list() {
    List<Entry> entries = new ArrayList<>();
    trees
        .trees()
        .forEach(
            (name, tree) -> entries.add(new Entry(name, tree.inode(), Attributes.Type.DIRECTORY)));
    entries.add(new Entry(CONTROL, Inodes.CONTROL, Attributes.Type.DIRECTORY));
    return entries;
  }

  @Override
  public Duration namesValidFor() {
    return options.refresh();
  }
}
