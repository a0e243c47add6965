package org.ekkofs.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Verification;
import org.ekkofs.backup.VerificationRequest;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.Await;
import org.ekkofs.testing.FaultyObjectStore.Effect;
import org.ekkofs.testing.FaultyObjectStore.Operation;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {
  private static final int SIZE = 1_000_001;

  @TempDir private Path dir;
  private final ModelDisk model = ModelDisk.random(SIZE, new Random(7));
  private Mounted mounted;

  @BeforeEach
  void mount() {
    mounted = Mounted.create(dir);
  }

  @AfterEach
  void unmount() {
    mounted.close();
  }

  private void hide(String name) {
    mounted.repository.tree().delete(new BackupName(name));
    mounted.tree.refreshNow();
  }

  private void unhide(String name, String as) {
    mounted.repository.tree().undelete(new BackupName(name), new BackupName(as));
    mounted.tree.refreshNow();
  }

  private static List<String> names(DirectoryNode directory) {
    return directory.list().stream().map(DirectoryNode.Entry::name).toList();
  }

  @Test
  void anEmptyRepositoryShowsControlAlone() {
    assertThat(names(mounted.tree.root())).containsExactly("control");
  }

  @Test
  void backupsAndTheLatestShowAsFiles() {
    mounted.snapshot(model, "a", "");
    mounted.snapshot(model, "b", "a");

    assertThat(names(mounted.tree.root())).containsExactly("web", "control");
    assertThat(names(mounted.web())).containsExactly("a.raw", "b.raw", "latest.raw");
    assertThat(mounted.web().lookup("c.raw")).isEmpty();
    assertThat(mounted.web().lookup("a")).isEmpty();
  }

  @Test
  void theLatestIsTheOneCommittedLast() {
    mounted.snapshot(model, "a", "");
    mounted.snapshot(model, "b", "");
    LinkNode latest = (LinkNode) mounted.web().lookup("latest.raw").orElseThrow();
    assertThat(latest.target()).isEqualTo("b.raw");
    assertThat(latest.attributes().size()).isEqualTo(5);

    hide("b");
    assertThat(latest.target()).isEqualTo("a.raw");
    unhide("b", "longer");
    assertThat(latest.target()).isEqualTo("longer.raw");
    hide("a");
    hide("longer");
    assertThat(mounted.web().lookup("latest.raw")).isEmpty();
    assertThat(Mounted.errno(latest::target)).isEqualTo(Errno.ENOENT.number());
  }

  @Test
  void attributeTellsTheLastVerification() {
    mounted.snapshot(model, "a", "");
    FileNode node = mounted.backup("a");
    assertThat(node.extendedAttributes()).doesNotContainKey("user.ekkofs.verified");
    new Verification(mounted.repository.repository())
        .verify(VerificationRequest.everything(100), Progress.NONE);
    mounted.tree.refreshNow();
    assertThat(node.extendedAttributes().get("user.ekkofs.verified"))
        .matches("[0-9-]{10}, all data read");
  }

  @Test
  void attributesTellTheDisk() {
    TrackedBackup backup = mounted.snapshot(model, "a", "");
    Attributes attributes = mounted.backup("a").attributes();

    long dataBytes = TestRepository.figures(backup).dataBytes();
    assertThat(attributes.type()).isEqualTo(Attributes.Type.FILE);
    assertThat(attributes.size()).isEqualTo(SIZE);
    assertThat(attributes.blocks512()).isEqualTo((dataBytes + 511) / 512);
    assertThat(attributes.modified()).isEqualTo(backup.taken());
    assertThat(attributes.permissions()).isEqualTo(0440);
    assertThat(attributes.uid()).isEqualTo(Mounted.UID);
    assertThat(attributes.gid()).isEqualTo(Mounted.GID);
    assertThat(mounted.web().attributes().permissions()).isEqualTo(0550);
    assertThat(mounted.tree.statistics().bytes()).isEqualTo(dataBytes);
  }

  @Test
  void extendedAttributesTellTheBackup() {
    TrackedBackup first = mounted.snapshot(model, "a", "");
    TrackedBackup second = mounted.snapshot(model, "b", "a");
    Map<String, String> values = mounted.backup("b").extendedAttributes();

    assertThat(values)
        .containsEntry("user.ekkofs.id", second.id().toString())
        .containsEntry("user.ekkofs.parent", "a")
        .containsEntry("user.ekkofs.parent_id", first.id().toString())
        .containsEntry("user.ekkofs.tree", "web")
        .containsEntry(
            "user.ekkofs.repository_id",
            mounted.repository.repository().descriptor().id().toString())
        .containsEntry("user.ekkofs.name", "b")
        .containsEntry("user.ekkofs.created", second.taken().toString())
        .containsEntry("user.ekkofs.host", second.writer().host())
        .containsEntry("user.ekkofs.disk_bytes", Integer.toString(SIZE))
        .containsEntry("user.ekkofs.new_bytes", "0")
        .containsEntry("user.ekkofs.stored_bytes", "0")
        .containsEntry("user.ekkofs.segment_bytes", Integer.toString(Mounted.SEGMENT.bytes()))
        .containsKey("user.ekkofs.data_bytes")
        .doesNotContainKey("user.ekkofs.damaged");
    assertThat(mounted.backup("a").extendedAttributes()).doesNotContainKey("user.ekkofs.parent_id");
    assertThat(mounted.web().extendedAttributes())
        .containsEntry("user.ekkofs.backups", "2")
        .containsEntry("user.ekkofs.segment_bytes", Integer.toString(Mounted.SEGMENT.bytes()))
        .containsKey("user.ekkofs.repository");
  }

  @Test
  void theParentsNameIsTheOneItHasNow() {
    TrackedBackup first = mounted.snapshot(model, "a", "");
    mounted.snapshot(model, "b", "a");
    hide("a");
    assertThat(mounted.backup("b").extendedAttributes())
        .doesNotContainKey("user.ekkofs.parent")
        .containsEntry("user.ekkofs.parent_id", first.id().toString());

    unhide("a", "again");
    assertThat(mounted.backup("b").extendedAttributes())
        .containsEntry("user.ekkofs.parent", "again");
  }

  @Test
  void inodesBelongToBackupsAndNotToNames() {
    mounted.snapshot(model, "a", "");
    long inode = mounted.backup("a").attributes().inode();
    hide("a");
    mounted.snapshot(model, "a", "");
    assertThat(mounted.backup("a").attributes().inode()).isNotEqualTo(inode);

    unhide("a", "old");
    assertThat(mounted.backup("old").attributes().inode()).isEqualTo(inode);
  }

  @Test
  void inodesAreUniqueAndTheSameInListings() {
    mounted.snapshot(model, "a", "");
    mounted.snapshot(model, "b", "");
    mounted.write("job", "refresh\n");
    Set<Long> inodes = new HashSet<>();
    inodes.add(mounted.tree.root().attributes().inode());
    int nodes = 1;
    for (DirectoryNode directory : List.of(mounted.tree.root(), mounted.web(), mounted.control())) {
      for (DirectoryNode.Entry entry : directory.list()) {
        Attributes attributes = directory.lookup(entry.name()).orElseThrow().attributes();
        assertThat(attributes.inode()).isEqualTo(entry.inode());
        assertThat(attributes.type()).isEqualTo(entry.type());
        inodes.add(entry.inode());
        nodes++;
      }
    }
    assertThat(inodes).hasSize(nodes);
    assertThat(mounted.tree.statistics().files()).isEqualTo(nodes);
  }

  @Test
  void listenersHearOfNamesThatChanged() {
    mounted.snapshot(model, "a", "");
    mounted.snapshot(model, "b", "");
    List<String> heard = new CopyOnWriteArrayList<>();
    mounted.tree.listen(
        (directory, name) -> heard.add(directory.attributes().inode() + " " + name));
    long web = mounted.web().attributes().inode();

    mounted.tree.refreshNow();
    assertThat(heard).isEmpty();
    hide("a");
    assertThat(heard).containsExactly(web + " a.raw");
    heard.clear();
    mounted.snapshot(model, "a", "");
    assertThat(heard).containsExactlyInAnyOrder(web + " a.raw", web + " latest.raw");
  }

  @Test
  void whatOtherHostsDoShowsByItself() {
    mounted.snapshot(model, "a", "");
    TestRepository other = mounted.repository.another(dir.resolve("elsewhere"), point -> {});
    try (Mounted second = Mounted.of(other, Duration.ofMillis(10))) {
      mounted.repository.snapshot(model, "b", "a");
      Await.until("b shows", () -> second.web().lookup("b.raw").isPresent());
      other.faults().fail(Operation.GET, key -> true, 1, 5, Effect.FAIL_BEFORE);
      mounted.repository.tree().delete(new BackupName("b"));
      Await.until("b is gone", () -> second.web().lookup("b.raw").isEmpty());
      other.faults().assertAllFired();
    }
  }

  @Test
  void whatIsUnchangedKeepsItsNode() {
    mounted.snapshot(model, "a", "");
    Node node = mounted.backup("a");
    mounted.snapshot(model, "b", "");

    assertThat(mounted.backup("a")).isSameAs(node);
  }

  @Test
  void aStoreThatFailsLeavesEverythingAsItWas() {
    mounted.snapshot(model, "a", "");
    mounted.repository.faults().fail(Operation.GET, key -> true, 1, 99, Effect.FAIL_BEFORE);
    assertThatThrownBy(mounted.tree::refreshNow).isInstanceOf(StoreUnavailableException.class);
    assertThat(names(mounted.web())).containsExactly("a.raw", "latest.raw");
    mounted.repository.faults().assertAllFired();

    mounted.repository.faults().heal();
    mounted.snapshot(model, "b", "");
    assertThat(names(mounted.web())).containsExactly("a.raw", "b.raw", "latest.raw");
  }

  @Test
  void aTreeWithADamagedLogIsLeftOutAndOthersShow() {
    mounted.snapshot(model, "a", "");
    mounted
        .repository
        .memory()
        .put(ObjectKey.of("trees", "bad", "log", "%016d".formatted(1)), Body.of(new byte[] {7}));
    try (Mounted second =
        Mounted.of(mounted.repository.another(dir.resolve("elsewhere"), point -> {}))) {
      assertThat(names(second.tree.root())).containsExactly("web", "control");
    }
  }

  @Test
  void anUnreachableStoreCannotBeMounted() {
    TestRepository other = mounted.repository.another(dir.resolve("elsewhere"), point -> {});
    mounted.snapshot(model, "a", "");
    other.faults().fail(Operation.GET, key -> true, 1, 99, Effect.FAIL_BEFORE);

    assertThatThrownBy(() -> Mounted.of(other)).isInstanceOf(StoreUnavailableException.class);
    other.close();
  }

  @Test
  void nothingButControlCanBeChanged() {
    mounted.snapshot(model, "a", "");
    for (DirectoryNode directory : List.of(mounted.tree.root(), mounted.web())) {
      assertThat(Mounted.errno(() -> directory.create("x"))).isEqualTo(Errno.EROFS.number());
      assertThat(Mounted.errno(() -> directory.remove("a.raw"))).isEqualTo(Errno.EROFS.number());
      assertThat(directory.writable()).isFalse();
    }
    assertThat(mounted.control().writable()).isTrue();
  }
}
