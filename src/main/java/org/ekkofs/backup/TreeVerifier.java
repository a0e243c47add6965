package org.ekkofs.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ekkofs.backup.VerificationReport.Problem;
import org.ekkofs.backup.VerificationReport.Range;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.disk.SegmentStream;
import org.ekkofs.format.References;
import org.ekkofs.format.Sha256;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.ManifestFiles;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.DiskGeometry;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.Layer;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.StoredObject;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Verifies backups of one tree, parents before children, so that what a child shares with a parent
 * that was just read need not be read again. For one thread.
 */
final class TreeVerifier implements AutoCloseable {
  private final Repository repository;
  private final Tree tree;
  private final boolean readData;
  private final Verification.Findings findings;
  private final Progress progress;
  private final Path folder;
  private final ManifestFiles manifests;
  private final SegmentCache cache;
  private final SegmentTable table = new SegmentTable();
  private final Map<BackupId, RoaringBitmap> present = new HashMap<>();
  private final Set<BackupId> sound = new HashSet<>();

  /** What is left of the present backup's share of the progress, whatever is found in it. */
  private long unseenBytes;

  TreeVerifier(
      Repository repository,
      Tree tree,
      boolean readData,
      Verification.Findings findings,
      Progress progress) {
    this.repository = repository;
    this.tree = tree;
    this.readData = readData;
    this.findings = findings;
    this.progress = progress;
    try {
      this.folder = Files.createTempDirectory("ekkofs-verify");
    } catch (IOException e) {
      throw new FailedException("cannot make a temporary folder: " + e.getMessage(), e);
    }
    this.manifests =
        new ManifestFiles(
            repository.store(), folder, repository.local().maxManifestBytes(), repository.clock());
    this.cache = SegmentCache.none(repository.store());
  }

  void verify(TrackedBackup backup) {
    progress.check();
    findings.backup();
    if (!(backup.phase() instanceof Phase.Committed committed)) {
      return;
    }
    int before = findings.count();
    unseenBytes = Verification.dataBytes(backup);
    try (Manifest manifest =
        manifests.open(tree.keys(), backup.id(), committed.commit().manifest())) {
      References references = references(backup, committed.commit());
      findings.chunks(references.count());
      compare(backup, manifest, references);
      read(backup, manifest);
    } catch (CorruptException e) {
      problem(backup, Optional.empty(), e.getMessage());
    } catch (InterruptedException e) {
      throw new CancelledException("the verification was interrupted", e);
    }
    progress.advance(unseenBytes);
    if (findings.count() == before) {
      sound.add(backup.id());
    }
  }

  private References references(TrackedBackup backup, LogEvent.Commit commit) {
    ObjectKey key = tree.keys().references(backup.id());
    StoredObject expected = commit.references();
    byte[] bytes =
        repository
            .store()
            .get(key, (int) Math.min(Integer.MAX_VALUE - 8, expected.length()))
            .orElseThrow(() -> new CorruptException(key + ": missing from the store"));
    if (bytes.length != expected.length() || !Sha256.of(bytes).equals(expected.sha256())) {
      throw new CorruptException(key + ": not what was committed");
    }
    return References.decode(bytes);
  }

  /** Checks that manifest and references agree and, unless all are read, that chunks are there. */
  private void compare(TrackedBackup backup, Manifest manifest, References references) {
    DiskGeometry geometry = manifest.meta().geometry();
    References.Builder listed = References.builder();
    for (long from = 0; from < geometry.segments(); from = next(manifest, from)) {
      for (SegmentEntry entry : table.page(manifest, new SegmentIndex(from)).entries()) {
        entry.layers().forEach(layer -> listed.add(layer.chunk()));
        if (!readData) {
          entry.layers().stream()
              .filter(layer -> !isPresent(layer))
              .forEach(layer -> missing(backup, geometry, entry, layer));
          advance(entry, geometry);
        }
      }
      progress.check();
    }
    if (!Arrays.equals(listed.build().encode(), references.encode())) {
      problem(backup, Optional.empty(), "its references do not agree with its manifest");
    }
  }

  private static long next(Manifest manifest, long from) {
    long page = from / SegmentTable.PAGE + 1;
    return manifest.next(page * SegmentTable.PAGE).orElse(Long.MAX_VALUE);
  }

  private boolean isPresent(Layer layer) {
    return present
        .computeIfAbsent(layer.chunk().owner(), this::list)
        .contains((int) layer.chunk().segment().value());
  }

  private RoaringBitmap list(BackupId owner) {
    RoaringBitmap segments = new RoaringBitmap();
    repository
        .store()
        .list(tree.keys().chunksOf(owner), object -> segment(object).ifPresent(segments::add));
    return segments;
  }

  private static Optional<Integer> segment(ObjectInfo object) {
    try {
      return Optional.of(Integer.parseUnsignedInt(object.key().name(), 16));
    } catch (NumberFormatException foreign) {
      return Optional.empty();
    }
  }

  private void missing(
      TrackedBackup backup, DiskGeometry geometry, SegmentEntry entry, Layer layer) {
    problem(
        backup,
        Optional.of(range(geometry, entry)),
        "chunk " + tree.keys().chunk(layer.chunk()) + " is missing");
  }

  private void read(TrackedBackup backup, Manifest manifest) throws InterruptedException {
    if (!readData) {
      return;
    }
    DiskGeometry geometry = manifest.meta().geometry();
    long fetchedBefore = cache.fetchedBytes();
    Optional<Manifest> parent = soundParent(backup);
    try {
      BackupDisk disk = new BackupDisk(tree.keys(), manifest, table, cache);
      new SegmentStream(manifest, disk)
          .read(
              entry -> isWanted(entry, geometry, parent),
              (entry, data) -> advance(entry, geometry),
              (entry, failure) -> {
                problem(backup, Optional.of(range(geometry, entry)), failure.getMessage());
                advance(entry, geometry);
              });
    } finally {
      parent.ifPresent(this::close);
    }
    findings.read(cache.fetchedBytes() - fetchedBefore);
  }

  private Optional<Manifest> soundParent(TrackedBackup backup) {
    return backup
        .parent()
        .filter(sound::contains)
        .flatMap(
            id -> tree.all().stream().filter(candidate -> candidate.id().equals(id)).findFirst())
        .map(
            parent ->
                manifests.open(
                    tree.keys(),
                    parent.id(),
                    ((Phase.Committed) parent.phase()).commit().manifest()));
  }

  private boolean isWanted(SegmentEntry entry, DiskGeometry geometry, Optional<Manifest> parent) {
    boolean known =
        parent
            .filter(manifest -> entry.segment().value() < manifest.meta().geometry().segments())
            .flatMap(manifest -> table.page(manifest, entry.segment()).find(entry.segment()))
            .map(entry::equals)
            .orElse(false);
    if (known) {
      advance(entry, geometry);
    }
    return !known;
  }

  private void advance(SegmentEntry entry, DiskGeometry geometry) {
    progress.check();
    long bytes = Math.min(unseenBytes, bytes(geometry, entry));
    unseenBytes -= bytes;
    progress.advance(bytes);
  }

  private static long bytes(DiskGeometry geometry, SegmentEntry entry) {
    long whole = (long) entry.blocks().count() * geometry.segmentSize().blockBytes();
    return Math.min(whole, geometry.length(entry.segment()));
  }

  private void close(Manifest manifest) {
    table.forget(manifest);
    manifest.close();
  }

  private void problem(TrackedBackup backup, Optional<Range> range, @Nullable String message) {
    findings.problem(
        new Problem(new BackupPath(tree.name(), backup.name()), range, String.valueOf(message)));
  }

  private static Range range(DiskGeometry geometry, SegmentEntry entry) {
    long from = geometry.offset(entry.segment());
    return new Range(from, from + geometry.length(entry.segment()));
  }

  @Override
  public void close() {
    cache.close();
    try (Stream<Path> left = Files.list(folder)) {
      for (Path file : (Iterable<Path>) left::iterator) {
        Files.deleteIfExists(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new FailedException("cannot clear " + folder + ": " + e.getMessage(), e);
    }
  }
}
