package org.ekkofs.store.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.testing.SmallDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder store does when something is wrong with the folder. */
class FolderTroubleTest {
  private static final int MAX = 1 << 20;
  private static final ObjectKey KEY = new ObjectKey("a/b/c");
  private static final Body BODY = Body.of(new byte[] {1, 2, 3});

  @TempDir private Path scratch;

  @Test
  void aNewFolderIsItsOwnersAlone() throws IOException {
    Path root = scratch.resolve("x/y");
    FolderObjectStore.create(root).close();
    assertThat(Files.getPosixFilePermissions(root))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aMissingFolderIsNotFound() {
    assertThatThrownBy(() -> FolderObjectStore.open(scratch.resolve("none")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("none");
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Path file = Files.createFile(scratch.resolve("file"));
    assertThatThrownBy(() -> FolderObjectStore.open(file)).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> FolderObjectStore.create(file)).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> FolderObjectStore.create(file.resolve("below")))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void aFolderThatIsGoneIsUnavailableAndNotEmpty() throws IOException {
    Path root = scratch.resolve("root");
    try (ObjectStore store = FolderObjectStore.create(root)) {
      store.put(KEY, BODY);
      Files.move(root, scratch.resolve("elsewhere"));
      assertEverythingIsUnavailable(store);
      assertThat(root).doesNotExist();
    }
  }

  @Test
  void anotherFolderInItsPlaceIsUnavailableAndNotEmpty() throws IOException {
    Path root = scratch.resolve("root");
    try (ObjectStore store = FolderObjectStore.create(root)) {
      store.put(KEY, BODY);
      Files.move(root, scratch.resolve("elsewhere"));
      Files.createDirectory(root);
      assertEverythingIsUnavailable(store);
      assertThat(root).isEmptyDirectory();
    }
  }

  @Test
  void anUnmountedFolderIsUnavailableAndNotEmpty() throws Exception {
    Path root = scratch.resolve("root");
    try (SmallDisk disk = SmallDisk.mount(root, 1 << 20);
        ObjectStore store = FolderObjectStore.create(root)) {
      store.put(KEY, BODY);
      disk.unmount();
      assertEverythingIsUnavailable(store);
      assertThat(root).isEmptyDirectory();
    }
  }

  private static void assertEverythingIsUnavailable(ObjectStore store) {
    assertUnavailable(() -> store.get(KEY, MAX));
    assertUnavailable(() -> store.get(new ObjectKey("other"), MAX));
    assertUnavailable(() -> store.getRange(KEY, 0, 1));
    assertUnavailable(() -> store.put(KEY, BODY));
    assertUnavailable(() -> store.createIfAbsent(KEY, new byte[1]));
    assertUnavailable(() -> store.delete(List.of(KEY)));
    assertUnavailable(() -> store.list("", info -> {}));
    assertUnavailable(() -> store.list("a/", info -> {}));
    assertUnavailable(() -> store.children(""));
    assertUnavailable(() -> store.children("a/"));
    assertUnavailable(store::sync);
  }

  private static void assertUnavailable(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void aReadOnlyFolderIsReadAndNotWritten() throws Exception {
    Path root = scratch.resolve("root");
    try (SmallDisk disk = SmallDisk.mount(root, 1 << 20)) {
      try (ObjectStore store = FolderObjectStore.create(root)) {
        store.put(KEY, BODY);
      }
      disk.makeReadOnly();
      try (ObjectStore store = FolderObjectStore.open(root)) {
        assertThat(store.get(KEY, MAX)).hasValue(new byte[] {1, 2, 3});
        assertThat(store.getRange(KEY, 1, 1)).hasValue(new byte[] {2});
        assertThat(listed(store)).containsExactly("a/b/c");
        assertThat(store.children("a/")).containsExactly("b");
        assertReadOnly(() -> store.put(KEY, BODY));
        assertReadOnly(() -> store.createIfAbsent(new ObjectKey("x"), new byte[1]));
        assertReadOnly(() -> store.delete(List.of(KEY)));
      }
    }
  }

  @Test
  void aReadOnlyViewOfAWritableDiskIsRefusedToo() throws Exception {
    Path root = scratch.resolve("root");
    try (SmallDisk disk = SmallDisk.mount(root, 1 << 20);
        SmallDisk view = disk.readOnlyView(scratch.resolve("view"))) {
      try (ObjectStore store = FolderObjectStore.create(root)) {
        store.put(KEY, BODY);
      }
      try (ObjectStore store = FolderObjectStore.open(view.path())) {
        assertThat(store.get(KEY, MAX)).hasValue(new byte[] {1, 2, 3});
        assertReadOnly(() -> store.put(KEY, BODY));
        assertReadOnly(() -> store.createIfAbsent(new ObjectKey("x"), new byte[1]));
      }
    }
  }

  private static void assertReadOnly(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(RefusedException.class).hasMessageContaining("read-only");
  }

  @Test
  void aFullDiskIsUnavailableAndShowsNothingPartial() throws Exception {
    Path root = scratch.resolve("root");
    try (SmallDisk disk = SmallDisk.mount(root, 4 << 20);
        ObjectStore store = FolderObjectStore.create(disk.path())) {
      store.put(KEY, BODY);
      byte[] large = new byte[5 << 20];
      ObjectKey key = new ObjectKey("large");
      assertFull(() -> store.put(key, Body.of(large)));
      assertFull(() -> store.createIfAbsent(key, large));
      assertThat(store.get(key, MAX)).isEmpty();
      assertThat(listed(store)).containsExactly("a/b/c");
      assertThat(files(root.resolve(".tmp")))
          .extracting(Path::toString)
          .allMatch(p -> p.endsWith("lock"));
      store.put(key, Body.of(new byte[3 << 20]));
    }
  }

  private static void assertFull(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("no space left");
  }

  @Test
  void whatIsNoFileWhereAnObjectMustBeIsCorrupt() throws Exception {
    Path root = scratch.resolve("root");
    Path secret = Files.write(scratch.resolve("secret"), new byte[10]);
    try (ObjectStore store = FolderObjectStore.create(root)) {
      Files.createDirectories(root.resolve("folder/sub"));
      Files.createSymbolicLink(root.resolve("link"), secret);
      Files.createSymbolicLink(root.resolve("dangling"), scratch.resolve("none"));
      assertThat(new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start().waitFor())
          .isZero();
      for (String name : List.of("folder", "link", "dangling", "pipe")) {
        ObjectKey key = new ObjectKey(name);
        assertCorrupt(() -> store.get(key, MAX));
        assertCorrupt(() -> store.getRange(key, 0, 1));
        assertCorrupt(() -> store.delete(List.of(key)));
        assertThat(store.createIfAbsent(key, new byte[1])).isFalse();
      }
      assertCorrupt(() -> store.put(new ObjectKey("folder"), BODY));
      assertThat(listed(store)).isEmpty();
      assertThat(secret).hasSize(10);
    }
  }

  @Test
  void aFileWhereAFolderMustBeIsCorrupt() {
    try (ObjectStore store = FolderObjectStore.create(scratch.resolve("root"))) {
      store.put(new ObjectKey("a/b"), BODY);
      assertCorrupt(() -> store.get(KEY, MAX));
      assertCorrupt(() -> store.put(KEY, BODY));
      assertCorrupt(() -> store.createIfAbsent(KEY, new byte[1]));
      assertThat(listed(store)).containsExactly("a/b");
    }
  }

  private static void assertCorrupt(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(CorruptException.class);
  }

  @Test
  void listingsDoNotFollowLinks() throws IOException {
    Path root = scratch.resolve("root");
    Path outside = Files.createDirectory(scratch.resolve("outside"));
    Files.createDirectory(outside.resolve("sub"));
    Files.createFile(outside.resolve("file"));
    try (ObjectStore store = FolderObjectStore.create(root)) {
      Files.createSymbolicLink(root.resolve("link"), outside);
      Files.createSymbolicLink(root.resolve("loop"), root);
      Files.createFile(root.resolve("no object's name"));
      Files.createDirectory(root.resolve("lost+found"));
      assertThat(listed(store)).isEmpty();
      assertThat(store.children("")).isEmpty();
    }
  }

  @Test
  void temporaryFilesAndImpossibleNamesAreNoKeys() {
    try (ObjectStore store = FolderObjectStore.create(scratch.resolve("root"))) {
      for (String name : List.of(".tmp/x", ".tmp", "a/" + "b".repeat(256))) {
        assertThatThrownBy(() -> store.put(new ObjectKey(name), BODY))
            .isInstanceOf(InvalidException.class);
        assertThatThrownBy(() -> store.get(new ObjectKey(name), MAX))
            .isInstanceOf(InvalidException.class);
      }
    }
  }

  @Test
  void emptyFoldersGoWithTheirLastObject() throws IOException {
    Path root = scratch.resolve("root");
    try (ObjectStore store = FolderObjectStore.create(root)) {
      store.put(KEY, BODY);
      store.put(new ObjectKey("a/x"), BODY);
      store.delete(List.of(KEY));
      assertThat(root.resolve("a/b")).doesNotExist();
      assertThat(store.children("a/")).isEmpty();
      store.delete(List.of(new ObjectKey("a/x")));
      assertThat(root.resolve("a")).doesNotExist();
      store.sync();
    }
    assertThat(root.resolve(".tmp")).isEmptyDirectory();
  }

  @Test
  void aThousandPutsAndDeletesAreSynced() {
    try (ObjectStore store = FolderObjectStore.create(scratch.resolve("root"))) {
      List<ObjectKey> keys = new ArrayList<>();
      Random random = new Random(7);
      for (int n = 0; n < 1300; n++) {
        keys.add(new ObjectKey("chunks/%d/%d".formatted(random.nextInt(3), n)));
        store.put(keys.get(n), BODY);
      }
      store.delete(keys.subList(0, 700));
      store.sync();
      assertThat(listed(store)).hasSize(600);
    }
  }

  @Test
  void anInterruptedWriterStopsAndLeavesNothing() {
    try (ObjectStore store = FolderObjectStore.create(scratch.resolve("root"))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> store.put(KEY, BODY)).isInstanceOf(EkkofsException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(listed(store)).isEmpty();
      store.put(KEY, BODY);
      store.sync();
    }
  }

  private static List<String> listed(ObjectStore store) {
    List<String> keys = new ArrayList<>();
    store.list("", info -> keys.add(info.key().value()));
    return keys;
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
