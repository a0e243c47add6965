package org.ekkofs.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ekkofs.backup.CacheFolder;
import org.ekkofs.backup.LocalCopies;
import org.ekkofs.backup.Repository;
import org.ekkofs.backup.StoredCopy;
import org.ekkofs.control.Units;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.TreeName;

/**
 * What lies in the cache folder for a repository.
 *
 * @param parts all but local copies
 * @param maxManifestBytes what manifests may take; how much segments may is for each mount to say
 * @param copies the local copies, by tree and time
 * @param names of those backups that still have one
 */
record CacheView(
    CacheFolder folder,
    List<CacheFolder.Part> parts,
    long maxManifestBytes,
    List<StoredCopy> copies,
    Map<BackupId, String> names) {

  static CacheView of(Repository repository) {
    CacheFolder folder = new CacheFolder(repository);
    List<StoredCopy> copies =
        new LocalCopies(repository)
            .list().stream()
                .sorted(
                    Comparator.comparing((StoredCopy copy) -> copy.tree().value())
                        .thenComparing(StoredCopy::made))
                .toList();
    Map<BackupId, String> names = new HashMap<>();
    copies.stream().map(StoredCopy::tree).distinct().forEach(tree -> add(names, repository, tree));
    return new CacheView(
        folder, folder.parts(), repository.local().maxManifestBytes(), copies, Map.copyOf(names));
  }

  private static void add(Map<BackupId, String> names, Repository repository, TreeName tree) {
    try {
      repository.tree(tree).all().stream()
          .filter(TrackedBackup::isVisible)
          .forEach(backup -> names.put(backup.id(), backup.name().value()));
    } catch (NotFoundException gone) {
      return;
    }
  }

  private Optional<String> name(StoredCopy copy) {
    return Optional.ofNullable(names.get(copy.backup()));
  }

  private Optional<Long> bound(CacheFolder.Part part) {
    return part.name().equals("manifests") ? Optional.of(maxManifestBytes) : Optional.empty();
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("folder", folder.path().toString());
    ArrayNode listed = json.putArray("copies");
    for (StoredCopy copy : copies) {
      ObjectNode entry = listed.addObject();
      entry.put("tree", copy.tree().value());
      name(copy).ifPresent(name -> entry.put("name", name));
      entry.put("id", copy.backup().toString());
      entry.put("bytes", copy.dataBytes());
      entry.put("made", copy.made().toString());
      entry.put("origin", copy.origin().toString());
    }
    ArrayNode others = json.putArray("parts");
    for (CacheFolder.Part part : parts) {
      ObjectNode entry =
          others
              .addObject()
              .put("name", part.name())
              .put("files", part.files())
              .put("bytes", part.bytes());
      bound(part).ifPresent(bytes -> entry.put("maxBytes", bytes));
    }
    return json;
  }

  Table table(ZoneId zone) {
    Table table =
        new Table(
            List.of(
                Table.Column.left("WHAT"), Table.Column.right("SIZE"), Table.Column.left("NOTE")));
    for (StoredCopy copy : copies) {
      String note = "copy, " + copy.origin() + ", " + Times.format(copy.made(), zone);
      table.add(
          List.of(
              copy.tree() + "/" + name(copy).orElse("(" + copy.backup() + ", deleted)"),
              Units.bytes(copy.dataBytes()),
              note));
    }
    for (CacheFolder.Part part : parts) {
      String note =
          Sizes.count(part.files(), "file")
              + bound(part).map(bytes -> ", at most " + Units.bytes(bytes)).orElse("");
      table.add(List.of(part.name(), Units.bytes(part.bytes()), note));
    }
    return table;
  }
}
