package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.ekkofs.backup.FreedBytes;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.Tree;
import org.ekkofs.control.Commands;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupFigures;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Copied;
import org.ekkofs.model.TreeName;

/**
 * A backup as listings show it.
 *
 * @param parent the name that its parent has now
 * @param freed what deleting it and a sweep would give back, in bytes; empty if it cannot be told
 */
record BackupView(
    TreeName tree, TrackedBackup backup, Optional<BackupName> parent, Optional<Long> freed) {
  /** Views of some backups of a tree. */
  static List<BackupView> of(
      Repository repository, Tree tree, List<TrackedBackup> shown, Progress progress) {
    Map<BackupId, Long> freed =
        new FreedBytes(repository, tree, progress).of(shown).orElse(Map.of());
    return of(tree.name(), tree.known(), shown, freed);
  }

  /** The same without saying what they would give back. */
  static List<BackupView> of(TreeName tree, List<TrackedBackup> all, List<TrackedBackup> shown) {
    return of(tree, all, shown, Map.of());
  }

  private static List<BackupView> of(
      TreeName tree,
      List<TrackedBackup> all,
      List<TrackedBackup> shown,
      Map<BackupId, Long> freed) {
    Map<BackupId, BackupName> names =
        all.stream().collect(Collectors.toMap(TrackedBackup::id, TrackedBackup::name));
    return shown.stream()
        .map(
            backup ->
                new BackupView(
                    tree,
                    backup,
                    backup.parent().flatMap(id -> Optional.ofNullable(names.get(id))),
                    Optional.ofNullable(freed.get(backup.id()))))
        .toList();
  }

  BackupPath path() {
    return new BackupPath(tree, backup.name());
  }

  Optional<BackupFigures> figures() {
    return backup.phase() instanceof Phase.Committed committed
        ? Optional.of(committed.commit().figures())
        : Optional.empty();
  }

  /** How far it has come, in a word or two. */
  String state() {
    Phase phase = backup.phase();
    if (phase instanceof Phase.Visible) {
      return "complete";
    }
    if (phase instanceof Phase.Hidden) {
      return "deleted";
    }
    if (phase instanceof Phase.Planned) {
      return "being swept";
    }
    if (phase instanceof Phase.Swept) {
      return "swept";
    }
    return phase instanceof Phase.Open ? "unfinished" : "revoked";
  }

  /** What a snapshot came to. */
  String sentence() {
    return Commands.summary(path(), figures().orElseThrow());
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("tree", tree.value());
    json.put("name", backup.name().value());
    json.put("id", backup.id().toString());
    json.put("state", state());
    json.put("protected", backup.isProtected());
    json.put("taken", backup.taken().toString());
    backup
        .copied()
        .map(Copied::origin)
        .ifPresent(
            origin ->
                json.putObject("copyOf")
                    .put("repository", origin.repository().toString())
                    .put("id", origin.backup().toString())
                    .put("copied", backup.begun().toString()));
    parent.ifPresent(name -> json.put("parent", name.value()));
    backup.parent().ifPresent(id -> json.put("parentId", id.toString()));
    figures()
        .ifPresent(
            figures ->
                json.put("diskBytes", figures.diskBytes())
                    .put("dataBytes", figures.dataBytes())
                    .put("newBytes", figures.newBytes())
                    .put("storedBytes", figures.storedBytes())
                    .put("newChunks", figures.newChunks()));
    backup
        .verdict()
        .ifPresent(
            verdict ->
                json.putObject("verified")
                    .put("time", verdict.time().toString())
                    .put("percent", verdict.percent())
                    .put("sound", verdict.sound()));
    freed.ifPresent(bytes -> json.put("freedBytes", bytes));
    return json;
  }
}
