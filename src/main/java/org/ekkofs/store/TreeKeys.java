package org.ekkofs.store;

import java.util.Locale;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Digest;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;

/** The keys of the objects of one tree. */
public record TreeKeys(TreeName tree) {
  /** Key of a chunk: {@code trees/<tree>/chunks/<owner>/<segment, 8 hex digits>}. */
  public ObjectKey chunk(ChunkId chunk) {
    return new ObjectKey(chunksOf(chunk.owner()) + "%08x".formatted(chunk.segment().value()));
  }

  /** Prefix of all chunks a backup stored. */
  public String chunksOf(BackupId owner) {
    return "trees/" + tree + "/chunks/" + owner + "/";
  }

  /** Prefix of the chunks of all backups. */
  public String chunks() {
    return "trees/" + tree + "/chunks/";
  }

  /** Prefix of all manifests. */
  public String manifests() {
    return "trees/" + tree + "/manifests/";
  }

  /** Prefix of all references. */
  public String references() {
    return "trees/" + tree + "/references/";
  }

  /** Prefix of all sweep plans. */
  public String plans() {
    return "trees/" + tree + "/plans/";
  }

  /** Key of a sweep plan. */
  public ObjectKey plan(Digest plan) {
    return new ObjectKey(plans() + plan);
  }

  /** Key of a backup's manifest. */
  public ObjectKey manifest(BackupId backup) {
    return ObjectKey.of("trees", tree.value(), "manifests", backup.toString());
  }

  /** Key of a backup's references. */
  public ObjectKey references(BackupId backup) {
    return ObjectKey.of("trees", tree.value(), "references", backup.toString());
  }

  /** Key of the checkpoint of the log's state up to a slot: 16 decimal digits. */
  public ObjectKey checkpoint(Slot slot) {
    return new ObjectKey(checkpoints() + String.format(Locale.ROOT, "%016d", slot.value()));
  }

  /** Prefix of all checkpoints. */
  public String checkpoints() {
    return "trees/" + tree + "/checkpoints/";
  }
}
