package org.ekkofs.backup;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.ekkofs.format.References;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.model.StoredObject;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * Stores again what a verification found missing or damaged, where a source has the very content:
 * an object is put under its own key, and only once its content is proved by the digests that the
 * log and the manifests name. For one thread.
 */
final class TreeRepair implements AutoCloseable {
  private static final int COPY_BYTES = 8 << 20;

  private final TreeScope scope;
  private final RepairSource source;
  private final Findings findings;
  private final ChunkRepair chunks;

  TreeRepair(TreeScope scope, RepairSource source, Findings findings) {
    this.scope = scope;
    this.source = source;
    this.findings = findings;
    this.chunks = new ChunkRepair(scope, source);
  }

  /** Stores a backup's manifest again; says whether it has. */
  boolean manifest(TrackedBackup backup) {
    ObjectKey key = scope.keys().manifest(backup.id());
    StoredObject expected = commit(backup).manifest();
    if (source.objects().isEmpty() || !isVisible(backup)) {
      return false;
    }
    try (Scratch copy = new Scratch(scope.manifests().scratch())) {
      if (!fetch(source.objects().get(), key, expected, copy)) {
        return false;
      }
      scope.store().put(key, copy.body());
      repaired(backup, "manifest " + key);
      return true;
    }
  }

  private static boolean fetch(
      ObjectStore from, ObjectKey key, StoredObject expected, Scratch target) {
    MessageDigest sha256 = sha256();
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(target.file()), sha256)) {
      for (long at = 0; at < expected.length(); at += COPY_BYTES) {
        int count = (int) Math.min(COPY_BYTES, expected.length() - at);
        Optional<byte[]> part = from.getRange(key, at, count);
        if (part.isEmpty() || part.get().length != count) {
          return false;
        }
        out.write(part.get());
      }
    } catch (CorruptException damaged) {
      return false;
    } catch (IOException e) {
      throw new FailedException("cannot write " + target.file() + ": " + e.getMessage(), e);
    }
    return Digest.of(sha256.digest()).equals(expected.sha256());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Stores a backup's references again; says whether it has.
   *
   * @param listed what its manifest refers to
   */
  boolean references(TrackedBackup backup, References listed) {
    ObjectKey key = scope.keys().references(backup.id());
    StoredObject expected = commit(backup).references();
    Optional<byte[]> right =
        Optional.of(listed.encode())
            .filter(bytes -> TreeReferences.isWhatWasCommitted(bytes, expected))
            .or(() -> fetch(key, expected));
    if (right.isEmpty() || !isVisible(backup)) {
      return false;
    }
    scope.store().put(key, Body.of(right.get()));
    repaired(backup, "references " + key);
    return true;
  }

  private Optional<byte[]> fetch(ObjectKey key, StoredObject expected) {
    int length = (int) Math.min(Integer.MAX_VALUE - 8, expected.length());
    try {
      return source
          .objects()
          .flatMap(objects -> objects.get(key, length))
          .filter(bytes -> TreeReferences.isWhatWasCommitted(bytes, expected));
    } catch (CorruptException tooLong) {
      return Optional.empty();
    }
  }

  /** Stores those chunks of a segment again that are missing or damaged and can be had. */
  void segment(TrackedBackup backup, Manifest manifest, SegmentEntry entry) {
    if (isVisible(backup)) {
      chunks.repair(backup, manifest, entry).forEach(chunk -> repaired(backup, chunk));
    }
  }

  /** What was deleted meanwhile may be swept away already, and must not come back. */
  private boolean isVisible(TrackedBackup backup) {
    return scope
        .tree()
        .log()
        .refreshed(state -> state.backup(backup.id()))
        .filter(TrackedBackup::isVisible)
        .isPresent();
  }

  private static LogEvent.Commit commit(TrackedBackup backup) {
    return ((Phase.Committed) backup.phase()).commit();
  }

  private void repaired(TrackedBackup backup, String object) {
    findings.repaired(
        new BackupPath(scope.tree().name(), backup.name()),
        "%s was stored again from %s".formatted(object, source.description()));
  }

  @Override
  public void close() {
    chunks.close();
  }
}
