package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups in a second repository. */
class CopiesTest {
  private static final int SEGMENT = SegmentSize.DEFAULT.bytes();
  private static final TreeName TREE = TestRepository.TREE;
  private static final SweepOptions NOW =
      new SweepOptions(java.time.Duration.ZERO, java.time.Duration.ofHours(48), false);

  @TempDir Path dir;

  private final Random random = new Random(11);
  private final Map<String, ModelDisk> disks = new LinkedHashMap<>();
  private TestRepository from;
  private TestRepository to;

  @BeforeEach
  void create() {
    from = TestRepository.create(dir.resolve("from"));
    to = TestRepository.create(dir.resolve("to"));
  }

  @AfterEach
  void close() {
    from.close();
    to.close();
  }

  private TrackedBackup snapshot(ModelDisk disk, String name, String parent) {
    disks.put(name, disk.copy());
    return from.snapshot(disk, name, parent);
  }

  /** A chain of backups, each with a few changes. */
  private ModelDisk chain(int length) {
    ModelDisk disk = ModelDisk.random(6 * SEGMENT + 12_345, random);
    for (int n = 0; n < length; n++) {
      snapshot(disk, "b" + n, n == 0 ? "" : "b" + (n - 1));
      disk.scribble(random.nextInt(disk.size()), 50_000, random).zero(n * SEGMENT / 2, 40_000);
    }
    return disk;
  }

  private CopyReport copy(String... names) {
    Set<BackupName> chosen =
        java.util.Arrays.stream(names)
            .map(BackupName::new)
            .collect(java.util.stream.Collectors.toSet());
    return new Copies(from.repository(), to.repository())
        .copy(new CopyRequest(TREE, chosen, TREE), Progress.NONE);
  }

  private void assertCopied(String... names) {
    assertThat(to.tree().visible())
        .extracting(backup -> backup.name().value())
        .containsExactlyInAnyOrder(names);
    for (String name : names) {
      to.assertHolds(to.tree().find(new BackupName(name)), disks.get(name));
    }
    assertThat(
            new Verification(to.repository())
                .verify(VerificationRequest.everything(100), Progress.NONE)
                .problems())
        .isEmpty();
  }

  private static List<ObjectInfo> chunks(TestRepository repository) {
    List<ObjectInfo> found = new ArrayList<>();
    repository.memory().list(repository.tree().keys().chunks(), found::add);
    return found;
  }

  private static long bytes(TestRepository repository) {
    return chunks(repository).stream().mapToLong(ObjectInfo::length).sum();
  }

  @Test
  void aChainIsTheSameInTheDestinationAndTakesNoMoreThere() {
    chain(5);
    CopyReport report = copy();
    assertThat(report.copied()).hasSize(5);
    assertThat(report.failures()).isEmpty();
    assertCopied("b0", "b1", "b2", "b3", "b4");
    assertThat(chunks(to)).hasSameSizeAs(chunks(from));
    assertThat(bytes(to)).isEqualTo(bytes(from));
    assertThat(report.sentBytes()).isGreaterThan(bytes(to)).isLessThan(bytes(to) + 100_000);
  }

  @Test
  void parentsAreCopiesOfParents() {
    chain(3);
    copy();
    List<TrackedBackup> copies = to.tree().visible();
    for (int n = 1; n < 3; n++) {
      assertThat(copies.get(n).parent()).contains(copies.get(n - 1).id());
    }
    List<TrackedBackup> originals = from.tree().visible();
    for (int n = 0; n < 3; n++) {
      TrackedBackup copy = copies.get(n);
      TrackedBackup original = originals.get(n);
      assertThat(copy.id()).isNotEqualTo(original.id());
      assertThat(copy.taken()).isEqualTo(original.taken());
      assertThat(copy.copied().orElseThrow().origin().backup()).isEqualTo(original.id());
    }
  }

  @Test
  void aSecondCopyFindsEverythingThere() {
    chain(3);
    copy();
    to.counts().reset();
    from.counts().reset();
    CopyReport again = copy();
    assertThat(again.copied()).isEmpty();
    assertThat(again.already()).isEqualTo(3);
    assertThat(to.counts().count("put")).isZero();
    assertThat(from.counts().ofChunks("get")).isEmpty();
  }

  @Test
  void onlyWhatIsNewIsReadAndSent() {
    ModelDisk disk = chain(3);
    copy();
    disk.scribble(2 * SEGMENT, 1000, random);
    snapshot(disk, "new", "b2");
    long changed = TestRepository.figures(from.tree().find(new BackupName("new"))).newChunks();
    to.counts().reset();
    from.counts().reset();
    assertThat(copy().copied()).hasSize(1);
    assertThat(to.counts().ofChunks("put")).hasSize((int) changed);
    assertThat(from.counts().ofChunks("get").size())
        .isBetween((int) changed, (int) changed * org.ekkofs.model.Layer.MAX_PER_SEGMENT);
    assertCopied("b0", "b1", "b2", "new");
  }

  @Test
  void clonesOfOneDiskShareItInTheDestination() {
    ModelDisk base = ModelDisk.random(5 * SEGMENT, random);
    snapshot(base, "base", "");
    for (int n = 0; n < 4; n++) {
      snapshot(base.copy().scribble(n * SEGMENT, 70_000, random), "clone" + n, "base");
    }
    copy();
    assertCopied("base", "clone0", "clone1", "clone2", "clone3");
    assertThat(bytes(to)).isEqualTo(bytes(from));
  }

  @Test
  void whatADeletedParentHadIsSharedByItsChildren() {
    ModelDisk disk = ModelDisk.random(3 * SEGMENT, random);
    snapshot(disk, "first", "");
    disk.resize(10 * SEGMENT).scribble(3 * SEGMENT, 7 * SEGMENT, random);
    snapshot(disk, "middle", "first");
    ModelDisk left = disk.copy().scribble(0, 1000, random);
    ModelDisk right = disk.copy().scribble(SEGMENT, 1000, random);
    snapshot(left, "left", "middle");
    snapshot(right, "right", "middle");
    from.tree().delete(new BackupName("middle"));
    copy();
    assertCopied("first", "left", "right");
    assertThat(bytes(to)).isEqualTo(bytes(from));
  }

  @Test
  void anAncestorThatComesLaterSharesWithItsDescendants() {
    chain(3);
    copy("b2");
    assertCopied("b2");
    to.counts().reset();
    copy();
    assertCopied("b0", "b1", "b2");
    TrackedBackup last = to.tree().find(new BackupName("b2"));
    assertThat(to.tree().find(new BackupName("b0")).parent()).contains(last.id());
    assertThat(to.counts().ofChunks("put").size()).isLessThan(chunks(from).size());
  }

  @Test
  void aCopyOfACopyIsTheSameBackup() {
    chain(2);
    copy();
    try (TestRepository third = TestRepository.create(dir.resolve("third"))) {
      CopyRequest all = new CopyRequest(TREE, Set.of(), TREE);
      assertThat(new Copies(to.repository(), third.repository()).copy(all, Progress.NONE).copied())
          .hasSize(2);
      CopyReport other = new Copies(from.repository(), third.repository()).copy(all, Progress.NONE);
      assertThat(other.copied()).isEmpty();
      CopyReport back = new Copies(third.repository(), from.repository()).copy(all, Progress.NONE);
      assertThat(back.copied()).isEmpty();
      assertThat(back.already()).isEqualTo(2);
    }
  }

  @Test
  void protectedBackupsStayProtected() {
    chain(2);
    from.tree().protect(new BackupName("b1"));
    copy();
    assertThat(to.tree().visible())
        .extracting(TrackedBackup::isProtected)
        .containsExactly(false, true);
  }

  @Test
  void aDamagedChunkFailsItsBackupsAndNoOthers() {
    snapshot(ModelDisk.full(3 * SEGMENT, random), "good", "");
    TrackedBackup bad = snapshot(ModelDisk.full(3 * SEGMENT, random), "bad", "");
    snapshot(ModelDisk.full(2 * SEGMENT, random), "fine", "");
    ObjectKey key =
        chunks(from).stream()
            .map(ObjectInfo::key)
            .filter(chunk -> chunk.value().contains(bad.id().toString()))
            .findAny()
            .orElseThrow();
    byte[] object = from.memory().get(key, Integer.MAX_VALUE).orElseThrow();
    object[object.length / 2]++;
    from.memory().put(key, Body.of(object));

    CopyReport report = copy();
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().get(0).backup()).hasToString("web/bad");
    assertThat(report.failures().get(0).cause())
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining(key.value());
    assertCopied("good", "fine");
    assertThat(to.tree().all()).noneMatch(TrackedBackup::isOpen);
  }

  @Test
  void aNameThatAnotherBackupHasIsNotTakenFromIt() {
    chain(2);
    ModelDisk own = ModelDisk.random(SEGMENT, random);
    to.snapshot(own, "b0", "");
    CopyReport report = copy();
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().get(0).cause())
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("--as");
    assertThat(report.copied()).hasSize(1);
    to.assertHolds(to.tree().find(new BackupName("b0")), own);
    to.assertHolds(to.tree().find(new BackupName("b1")), disks.get("b1"));
  }

  @Test
  void aTreeIsNotCopiedIntoItselfButIntoAnotherOne() {
    chain(2);
    Copies itself = new Copies(from.repository(), from.repository());
    assertThatThrownBy(() -> itself.copy(new CopyRequest(TREE, Set.of(), TREE), Progress.NONE))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--as");
    TreeName other = new TreeName("other");
    CopyReport report = itself.copy(new CopyRequest(TREE, Set.of(), other), Progress.NONE);
    assertThat(report.copied()).hasSize(2);
    assertThat(from.repository().tree(other).visible()).hasSize(2);
  }

  @Test
  void segmentsOfAnotherSizeAreRefused() {
    chain(1);
    try (TestRepository other =
        TestRepository.create(
            dir.resolve("other"),
            new SegmentSize(256 << 10),
            org.ekkofs.model.Compression.DEFAULT)) {
      other.snapshot(ModelDisk.random(SEGMENT, random), "own", "");
      Copies copies = new Copies(from.repository(), other.repository());
      assertThatThrownBy(() -> copies.copy(new CopyRequest(TREE, Set.of(), TREE), Progress.NONE))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("segments");
    }
  }

  @Test
  void whatIsNotThereIsNotFound() {
    chain(1);
    assertThatThrownBy(() -> copy("nothing")).isInstanceOf(NotFoundException.class);
    assertThat(to.repository().treeNames()).isEmpty();
  }

  @Test
  void aPreviewChangesNothingAndKnowsWhatThereIsToSend() {
    chain(3);
    CopyRequest all = new CopyRequest(TREE, Set.of(), TREE);
    Copies copies = new Copies(from.repository(), to.repository());
    CopyPreview before = copies.preview(all, Progress.NONE);
    assertThat(before.missing()).hasSize(3);
    assertThat(before.bytes()).isEqualTo(bytes(from));
    assertThat(to.repository().treeNames()).isEmpty();
    copy("b0");
    CopyPreview after = copies.preview(all, Progress.NONE);
    assertThat(after.missing()).hasSize(2);
    assertThat(after.already()).isEqualTo(1);
    assertThat(after.bytes()).isPositive().isLessThan(bytes(from));
    copy();
    assertThat(copies.preview(all, Progress.NONE).bytes()).isZero();
  }

  @Test
  void whatIsDeletedAndSweptInTheSourceMeanwhileIsLeftOut() {
    chain(1);
    snapshot(ModelDisk.full(2 * SEGMENT, random), "doomed", "");
    Progress sweep =
        new Progress() {
          private boolean done;

          @Override
          public void begin(String task, long totalBytes) {
            // Nothing to show.
          }

          @Override
          public void advance(long bytes) {
            // Nothing to show.
          }

          @Override
          public void check() {
            if (!done) {
              done = true;
              from.tree().delete(new BackupName("doomed"));
              new Sweeps(from.repository()).sweep(from.tree(), NOW, Progress.NONE);
            }
          }
        };
    CopyReport report =
        new Copies(from.repository(), to.repository())
            .copy(new CopyRequest(TREE, Set.of(), TREE), sweep);
    assertThat(report.failures()).isEmpty();
    assertThat(report.deleted()).extracting(Object::toString).containsExactly("web/doomed");
    assertCopied("b0");
  }
}
