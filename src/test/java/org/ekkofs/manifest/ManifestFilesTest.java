package org.ekkofs.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.ekkofs.format.ZstdFiles;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Digest;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.StoredObject;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.TreeKeys;
import org.ekkofs.testing.FaultyObjectStore;
import org.ekkofs.testing.MemoryObjectStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestFilesTest {
  private static final TreeKeys KEYS = new TreeKeys(new TreeName("web"));
  private static final BackupId ID = Manifests.ID;
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

  @TempDir Path dir;

  private final CountingStore store = new CountingStore(new MemoryObjectStore());
  private Instant now = NOW;

  private static final class CountingStore extends ForwardingObjectStore {
    private int gets;

    CountingStore(ObjectStore store) {
      super(store);
    }

    @Override
    public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
      gets++;
      return super.getRange(key, offset, length);
    }
  }

  private Path folder() {
    return dir.resolve("manifests");
  }

  private ManifestFiles files(long maxBytes) {
    return new ManifestFiles(store, folder(), maxBytes, () -> now);
  }

  private Path local(BackupId id) {
    return folder().resolve(id + ".sqlite");
  }

  /** Puts a manifest of 1,000 segments into the store. */
  private StoredObject stored(BackupId id) throws IOException {
    return stored(id, id);
  }

  private StoredObject stored(BackupId under, BackupId id) throws IOException {
    Path raw = raw(id);
    Path compressed = dir.resolve("compressed");
    StoredObject object = ZstdFiles.compress(raw, compressed, 3);
    store.put(KEYS.manifest(under), Body.of(Files.readAllBytes(compressed)));
    Files.delete(raw);
    return object;
  }

  private Path raw(BackupId id) {
    ManifestMeta like = Manifests.meta(Manifests.SIZE);
    ManifestMeta meta =
        new ManifestMeta(
            id, like.tree(), like.name(), like.parent(), like.geometry(), like.taken());
    return Manifests.write(
        dir.resolve("raw"),
        meta,
        Manifests.random(new Random(id.value().getLeastSignificantBits()), like.geometry()));
  }

  private void assertOpens(ManifestFiles files, BackupId id, StoredObject object) {
    try (Manifest manifest = files.open(KEYS, id, object)) {
      assertThat(Manifests.readAll(manifest))
          .isEqualTo(
              Manifests.random(
                  new Random(id.value().getLeastSignificantBits()), manifest.meta().geometry()));
    }
  }

  private void assertCorrupt(StoredObject object) {
    assertThatThrownBy(() -> files(1 << 30).open(KEYS, ID, object))
        .isInstanceOf(CorruptException.class)
        .hasMessageStartingWith("trees/web/manifests/" + ID + ": ")
        .hasMessageNotContaining("\n");
    assertThat(temporaryFiles()).isEmpty();
  }

  private List<Path> temporaryFiles() {
    try (Stream<Path> files = Files.list(folder())) {
      return files.filter(file -> file.toString().contains(".tmp")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void fetchesOnceAndOpensTheLocalCopyAfterThat() throws Exception {
    StoredObject object = stored(ID);
    ManifestFiles files = files(1 << 30);
    assertOpens(files, ID, object);
    int gets = store.gets;
    assertThat(gets).isPositive();
    assertOpens(files, ID, object);
    assertOpens(files(1 << 30), ID, object);
    assertThat(store.gets).isEqualTo(gets);
    assertThat(temporaryFiles()).isEmpty();
  }

  @Test
  void anAdoptedManifestIsNotFetched() throws Exception {
    StoredObject object = stored(ID);
    ManifestFiles files = files(1 << 30);
    Path scratch = files.scratch();
    Files.move(raw(ID), scratch);
    files.adopt(ID, scratch);
    assertOpens(files, ID, object);
    assertThat(store.gets).isZero();
    assertThat(temporaryFiles()).isEmpty();
  }

  @Test
  void scratchNamesAreNew() {
    ManifestFiles files = files(1 << 30);
    Path one = files.scratch();
    assertThat(one.getParent()).isEqualTo(folder());
    assertThat(one).doesNotExist().isNotEqualTo(files.scratch());
  }

  @Test
  void localDamageIsMendedFromTheStore() throws Exception {
    StoredObject object = stored(ID);
    assertOpens(files(1 << 30), ID, object);
    byte[] whole = Files.readAllBytes(local(ID));
    byte[] flipped = whole.clone();
    flipped[whole.length / 2] ^= 1;
    Path sum = folder().resolve(ID + ".sqlite.sum");
    List<IoAction> damages =
        List.of(
            () -> Files.write(local(ID), flipped),
            () -> Files.write(local(ID), Arrays.copyOf(whole, whole.length - 4096)),
            () -> Files.write(local(ID), new byte[0]),
            () -> Files.delete(local(ID)),
            () -> Files.delete(sum),
            () -> Files.write(sum, new byte[65]),
            () -> Files.createDirectory(gone(local(ID))),
            () -> Files.createDirectory(gone(sum)),
            () -> Files.createSymbolicLink(gone(local(ID)), local(ID)),
            () -> Files.createSymbolicLink(gone(sum), sum),
            () -> assertThat(run("mkfifo", gone(local(ID)).toString())).isZero(),
            () -> assertThat(run("mkfifo", gone(sum).toString())).isZero(),
            () -> Files.write(sum, new byte[] {-1, -2}),
            () -> Files.write(sum, new byte[0]));
    for (IoAction damage : damages) {
      int gets = store.gets;
      damage.run();
      assertOpens(files(1 << 30), ID, object);
      assertThat(store.gets).isGreaterThan(gets);
      assertThat(local(ID)).hasBinaryContent(whole);
    }
  }

  /** The path, of a file that is deleted so that something else can take its place. */
  private static Path gone(Path file) throws IOException {
    Files.delete(file);
    return file;
  }

  private interface IoAction {
    void run() throws Exception;
  }

  @Test
  void aMissingObjectIsCorrupt() throws Exception {
    StoredObject object = stored(ID);
    store.delete(List.of(KEYS.manifest(ID)));
    assertCorrupt(object);
  }

  @Test
  void anUnavailableStoreIsNotCorruption() throws Exception {
    StoredObject object = stored(ID);
    FaultyObjectStore faulty = new FaultyObjectStore(store);
    faulty.fail(FaultyObjectStore.Operation.GET_RANGE, 1, FaultyObjectStore.Effect.FAIL_BEFORE);
    ManifestFiles files = new ManifestFiles(faulty, folder(), 1 << 30, () -> now);
    assertThatThrownBy(() -> files.open(KEYS, ID, object))
        .isInstanceOf(StoreUnavailableException.class);
    faulty.assertAllFired();
    assertOpens(files, ID, object);
  }

  @Test
  void aTruncatedObjectIsCorrupt() throws Exception {
    StoredObject object = stored(ID);
    byte[] bytes = store.get(KEYS.manifest(ID), 1 << 20).orElseThrow();
    for (int length : new int[] {0, 1, bytes.length / 2, bytes.length - 1}) {
      store.put(KEYS.manifest(ID), Body.of(Arrays.copyOf(bytes, length)));
      assertCorrupt(object);
    }
  }

  @Test
  void anObjectOfAnotherDigestIsCorrupt() throws Exception {
    StoredObject object = stored(ID);
    assertCorrupt(new StoredObject(Digest.of(new byte[32]), object.length(), object.rawLength()));
    byte[] bytes = store.get(KEYS.manifest(ID), 1 << 20).orElseThrow();
    bytes[bytes.length / 2] ^= 1;
    store.put(KEYS.manifest(ID), Body.of(bytes));
    assertCorrupt(object);
  }

  @Test
  void lengthsThatDoNotFitAreCorrupt() throws Exception {
    StoredObject object = stored(ID);
    for (long length : new long[] {-1, 0, object.length() - 1, object.length() + 1}) {
      assertCorrupt(new StoredObject(object.sha256(), length, object.rawLength()));
    }
    assertCorrupt(new StoredObject(object.sha256(), Long.MAX_VALUE, object.rawLength()));
    for (long length : new long[] {-1, 0, object.rawLength() - 1, object.rawLength() + 1}) {
      assertCorrupt(new StoredObject(object.sha256(), object.length(), length));
    }
  }

  @Test
  void aBombIsNotUnpackedBeyondWhatWasPromised() throws Exception {
    Path zeros = Files.write(dir.resolve("zeros"), new byte[64 << 20]);
    Path compressed = dir.resolve("compressed");
    StoredObject bomb = ZstdFiles.compress(zeros, compressed, 3);
    store.put(KEYS.manifest(ID), Body.of(Files.readAllBytes(compressed)));
    assertThat(bomb.length()).isLessThan(64 << 10);
    assertCorrupt(new StoredObject(bomb.sha256(), bomb.length(), 20_480));
  }

  @Test
  void whatIsNoManifestIsCorruptAndNamed() throws Exception {
    Path text = Files.writeString(dir.resolve("text"), "no database ".repeat(100));
    Path compressed = dir.resolve("compressed");
    StoredObject object = ZstdFiles.compress(text, compressed, 3);
    store.put(KEYS.manifest(ID), Body.of(Files.readAllBytes(compressed)));
    assertCorrupt(object);
  }

  @Test
  void theManifestOfAnotherBackupIsCorrupt() throws Exception {
    assertCorrupt(stored(ID, Manifests.PARENT));
  }

  private static BackupId id(int n) {
    return new BackupId(new UUID(5, n));
  }

  @Test
  void theLeastRecentlyUsedGoWhenThereAreTooMany() throws Exception {
    StoredObject[] objects = new StoredObject[4];
    for (int n = 0; n < 4; n++) {
      objects[n] = stored(id(n));
    }
    ManifestFiles files = files(3 * objects[0].rawLength() + 10_000);
    for (int n : new int[] {0, 1, 2, 0, 3}) {
      now = now.plusSeconds(1);
      assertOpens(files, id(n), objects[n]);
    }
    assertThat(local(id(1))).doesNotExist();
    int gets = store.gets;
    for (int n : new int[] {0, 2, 3}) {
      assertOpens(files, id(n), objects[n]);
    }
    assertThat(store.gets).as("nothing of these was forgotten").isEqualTo(gets);
  }

  @Test
  void aManifestLargerThanTheBoundStillOpens() throws Exception {
    StoredObject object = stored(ID);
    ManifestFiles files = files(1);
    assertOpens(files, ID, object);
    StoredObject other = stored(id(1));
    assertOpens(files, id(1), other);
    assertThat(local(ID)).doesNotExist();
    assertThat(local(id(1))).exists();
  }

  @Test
  void filesInTheMakingStayUntilNobodyCanBeAtWorkOnThem() throws Exception {
    StoredObject object = stored(ID);
    ManifestFiles files = files(1);
    Path mine = Files.write(files.scratch(), new byte[1000]);
    Files.setLastModifiedTime(mine, FileTime.from(NOW.minusSeconds(60)));
    Path leftOver = Files.write(files.scratch(), new byte[1000]);
    Files.setLastModifiedTime(leftOver, FileTime.from(NOW.minus(Duration.ofDays(2))));
    Files.createDirectory(folder().resolve("foreign"));
    assertOpens(files, ID, object);
    assertThat(mine).exists();
    assertThat(leftOver).doesNotExist();
    assertThat(folder().resolve("foreign")).exists();
  }

  @Test
  void anOpenManifestStaysReadableWhenItsFileGoes() throws Exception {
    StoredObject object = stored(ID);
    StoredObject other = stored(id(1));
    ManifestFiles files = files(1);
    try (Manifest manifest = files.open(KEYS, ID, object)) {
      assertOpens(files, id(1), other);
      assertThat(local(ID)).doesNotExist();
      assertThat(Manifests.readAll(manifest)).isNotEmpty();
    }
  }

  @Test
  void aFullDiskFailsInOneLineAndLeavesNothing() throws Exception {
    StoredObject object = stored(ID);
    Files.createDirectories(folder());
    assumeThat(mount(folder())).as("a small tmpfs can be mounted here").isTrue();
    try {
      assertThatThrownBy(() -> files(1 << 30).open(KEYS, ID, object))
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("No space left on device")
          .hasMessageNotContaining("\n");
      assertThat(folder()).isEmptyDirectory();
      assertThatThrownBy(() -> Manifests.writeRandom(folder().resolve("made here"), 1))
          .isInstanceOf(FailedException.class)
          .hasMessage("writing the manifest: no space left on the disk");
    } finally {
      assertThat(run("umount", folder().toString())).isZero();
    }
  }

  private static boolean mount(Path folder) throws Exception {
    return run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString()) == 0;
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
