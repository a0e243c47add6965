package org.ekkofs.manifest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import org.ekkofs.format.ZstdFiles;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.Causes;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.StoredObject;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;

/**
 * Manifests on the local disk, fetched once and checked whenever they are opened. Safe for use by
 * many threads and processes that share the folder: a file appears whole, beside the digest of its
 * content.
 */
public final class ManifestFiles {
  private static final int MAX_SUM_BYTES = 64;
  private static final int FETCH_BYTES = 8 << 20;

  /** How often a file that another process removes before it is opened is fetched again. */
  private static final int OPEN_TRIES = 3;

  private final ObjectStore store;
  private final Path folder;
  private final LeastRecentlyUsedFiles bound;

  /**
   * Keeps manifests in a folder, which is made if it is not there.
   *
   * @param maxBytes how much the files may take before the least recently used go; the one used
   *     last stays even if it alone takes more
   * @param clock tells when a file is used
   */
  public ManifestFiles(ObjectStore store, Path folder, long maxBytes, InstantSource clock) {
    this.store = store;
    this.folder = folder;
    this.bound = new LeastRecentlyUsedFiles(folder, maxBytes, clock);
  }

  /**
   * Opens a backup's manifest, fetching it if it is not here or no longer what it was.
   *
   * @throws CorruptException if the store has no such manifest or another than was committed
   */
  public Manifest open(TreeKeys keys, BackupId backup, StoredObject expected) {
    Path file = folder.resolve(backup + ".sqlite");
    try {
      Files.createDirectories(folder);
      for (int attempt = 1; ; attempt++) {
        provide(keys.manifest(backup), expected, file);
        try {
          return opened(keys.manifest(backup), file, backup);
        } catch (FailedException e) {
          if (Files.exists(file) || attempt == OPEN_TRIES) {
            throw e;
          }
        }
      }
    } catch (IOException e) {
      throw new FailedException("cannot keep the manifest in " + folder + ": " + Causes.of(e), e);
    }
  }

  private void provide(ObjectKey key, StoredObject expected, Path file) throws IOException {
    boolean intact = isIntact(file, expected);
    if (!intact) {
      fetch(key, expected, file);
    }
    used(file);
    if (!intact) {
      bound.enforce(Set.of(file, sum(file)));
    }
  }

  private void used(Path file) {
    bound.used(file);
    bound.used(sum(file));
  }

  /** Takes a manifest that was just written here, so that it need not be fetched. */
  public void adopt(BackupId backup, Path written) {
    Path file = folder.resolve(backup + ".sqlite");
    try {
      install(written, file);
      used(file);
      bound.enforce(Set.of(file, sum(file)));
    } catch (IOException e) {
      throw new FailedException("cannot keep the manifest in " + folder + ": " + Causes.of(e), e);
    }
  }

  /** A name in this folder for a file in the making; whoever asks deletes it. */
  public Path scratch() {
    try {
      Files.createDirectories(folder);
      return folder.resolve(UUID.randomUUID() + ".tmp");
    } catch (IOException e) {
      throw new FailedException("cannot write to " + folder + ": " + Causes.of(e), e);
    }
  }

  private static Manifest opened(ObjectKey key, Path file, BackupId backup) {
    Manifest manifest = open(key, file);
    if (!manifest.meta().backup().equals(backup)) {
      manifest.close();
      throw new CorruptException(key + ": the manifest is that of another backup");
    }
    return manifest;
  }

  private static Manifest open(ObjectKey key, Path file) {
    try {
      return Manifest.open(file);
    } catch (CorruptException e) {
      throw new CorruptException(key + ": " + e.getMessage(), e);
    }
  }

  private void fetch(ObjectKey key, StoredObject expected, Path file) throws IOException {
    Path compressed = scratch();
    Path raw = scratch();
    try {
      download(key, expected.length(), compressed);
      ZstdFiles.decompress(compressed, raw, expected);
      install(raw, file);
    } catch (CorruptException e) {
      throw new CorruptException(key + ": " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(compressed);
      Files.deleteIfExists(raw);
    }
  }

  private void download(ObjectKey key, long length, Path target) throws IOException {
    try (OutputStream out = Files.newOutputStream(target)) {
      for (long offset = 0; offset < length; offset += FETCH_BYTES) {
        int want = (int) Math.min(FETCH_BYTES, length - offset);
        byte[] part =
            store
                .getRange(key, offset, want)
                .orElseThrow(() -> new CorruptException("missing from the store"));
        if (part.length != want) {
          throw new CorruptException("shorter than the " + length + " bytes that were committed");
        }
        out.write(part);
      }
    }
  }

  private static void install(Path raw, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(raw, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Path digest = sum(raw);
    try {
      Files.writeString(digest, sha256(raw));
      replace(raw, file);
      replace(digest, sum(file));
    } finally {
      Files.deleteIfExists(digest);
    }
  }

  private static boolean isIntact(Path file, StoredObject expected) throws IOException {
    if (!isFile(file) || !isFile(sum(file)) || Files.size(sum(file)) > MAX_SUM_BYTES) {
      return false;
    }
    try {
      String sum = Files.readString(sum(file));
      long length = Files.size(file);
      // A row that is lost would read as zeros, and no digest of a segment would tell.
      return length == expected.rawLength() && sum.equals(sha256(file));
    } catch (NoSuchFileException | MalformedInputException absent) {
      return false;
    }
  }

  /**
   * Whether it can be read without surprises; links and pipes can have none of ours behind them.
   */
  private static boolean isFile(Path path) {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** As a rename, which replaces whatever is there but a directory. */
  private static void replace(Path source, Path target) throws IOException {
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(target);
    }
    Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path sum(Path file) {
    return file.resolveSibling(file.getFileName() + ".sum");
  }

  private static String sha256(Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
