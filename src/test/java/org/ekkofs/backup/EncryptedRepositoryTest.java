package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.format.DescriptorCodec;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.model.WriterProcess;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectSeal;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository whose store holds sealed objects. */
class EncryptedRepositoryTest {
  private static final int SEGMENT = SegmentSize.DEFAULT.bytes();
  private static final SweepOptions NOW = SweepOptions.DEFAULT.now();
  private static final int CHECKPOINT_INTERVAL = 5;

  private static final Host HOST =
      new Host(new WriterProcess("chameleon", "boot", ProcessHandle.current().pid(), 1));

  @TempDir Path dir;

  private final Random random = new Random(23);
  private final ModelDisk before = ModelDisk.random(5 * SEGMENT + 1001, random);
  private final ModelDisk after = before.copy();
  private TestRepository made;
  private TestRepository web;
  private TrackedBackup first;
  private TrackedBackup second;

  @BeforeEach
  void takeTwo() {
    made = TestRepository.createEncrypted(dir.resolve("made"));
    web = another("web");
    before.write(100, text("RECOGNISABLE CONTENT ".repeat(20_000)));
    after.write(0, before.bytes());
    first = web.snapshot(before, "goldfish", "");
    after.scribble(SEGMENT + 100_000, 50_000, random);
    second = web.snapshot(after, "terrapin", "goldfish");
  }

  @AfterEach
  void close() {
    web.close();
    made.close();
  }

  private TestRepository another(String folder) {
    return made.another(
        dir.resolve(folder),
        new Surroundings(
            Clock.systemUTC(),
            HOST,
            point -> {},
            Threads.REAL,
            UUID::randomUUID,
            CHECKPOINT_INTERVAL));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private VerificationReport verify(TestRepository repository) {
    return new Verification(repository.repository())
        .verify(VerificationRequest.everything(100), Progress.NONE);
  }

  private ObjectKey chunk(TrackedBackup owner, long segment) {
    return web.tree().keys().chunk(new ChunkId(owner.id(), new SegmentIndex(segment)));
  }

  private byte[] stored(ObjectKey key) {
    return web.memory().get(key, Integer.MAX_VALUE).orElseThrow();
  }

  private void replace(ObjectKey key, byte[] bytes) {
    web.memory().put(key, Body.of(bytes));
  }

  private List<ObjectKey> keys() {
    List<ObjectKey> keys = new ArrayList<>();
    web.memory().list("", info -> keys.add(info.key()));
    return keys;
  }

  @Test
  void everyHostReadsWhatWasTaken() {
    web.assertHolds(first, before);
    web.assertHolds(second, after);
    try (TestRepository elsewhere = another("elsewhere")) {
      elsewhere.assertHolds(elsewhere.tree().find(first.name()), before);
      elsewhere.assertHolds(elsewhere.tree().find(second.name()), after);
      assertThat(verify(elsewhere).problems()).isEmpty();
    }
  }

  @Test
  void whatIsSweptLeavesTheRestWhole() {
    web.tree().delete(second.name());
    SweepReport report = new Sweeps(web.repository()).sweep(web.tree(), NOW, Progress.NONE);
    assertThat(report.chunks()).isPositive();
    assertThat(verify(web).problems()).isEmpty();
    try (TestRepository elsewhere = another("elsewhere")) {
      elsewhere.assertHolds(elsewhere.tree().find(first.name()), before);
    }
  }

  /** All kinds of objects are there, and none of them says anything. */
  @Test
  void theStoreShowsNothingButKeysSizesAndTimes() {
    web.snapshot(after, "axolotl", "terrapin");
    web.tree().delete(first.name());
    new Sweeps(web.repository()).sweep(web.tree(), NOW, Progress.NONE);
    assertThat(verify(web).problems()).isEmpty();
    web.repository().checkpoints().close();
    assertThat(keys())
        .extracting(key -> key.parts().size() > 2 ? key.parts().get(2) : key.value())
        .contains("log", "chunks", "manifests", "references", "checkpoints", "ekkofs.json");
    List<byte[]> words = new ArrayList<>();
    for (String word :
        List.of(
            "goldfish",
            "terrapin",
            "axolotl",
            "RECOGNISABLE",
            HOST.self().host(),
            "SQLite format 3",
            "COMMIT",
            "\"type\"",
            "EKCK",
            "EKRF",
            "EKPL",
            "EKCP")) {
      words.add(text(word));
    }
    words.add(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd});
    for (ObjectKey key : keys()) {
      if (!key.value().equals("ekkofs.json")) {
        for (byte[] word : words) {
          assertThat(contains(stored(key), word)).as("%s: %s", key, new String(word)).isFalse();
        }
      }
    }
    assertThat(contains(before.bytes(), text("RECOGNISABLE"))).isTrue();
  }

  private static boolean contains(byte[] bytes, byte[] word) {
    for (int at = 0; at + word.length <= bytes.length; at++) {
      if (bytes[at] == word[0]
          && Arrays.equals(bytes, at, at + word.length, word, 0, word.length)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void aDamagedChunkIsFoundAndGivesNoBytes() {
    byte[] bytes = stored(chunk(first, 0));
    bytes[bytes.length / 2] ^= 1;
    replace(chunk(first, 0), bytes);
    assertUnreadable(0);
    assertThat(verify(web).problems())
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem.message()).contains(chunk(first, 0).value()));
  }

  @Test
  void chunksThatWereSwappedAreFoundAndGiveNoBytes() {
    byte[] zero = stored(chunk(first, 0));
    replace(chunk(first, 0), stored(chunk(first, 4)));
    replace(chunk(first, 4), zero);
    assertUnreadable(0);
    assertUnreadable(4);
    assertThat(verify(web).problems()).hasSizeGreaterThanOrEqualTo(2);
  }

  private void assertUnreadable(int segment) {
    try (SegmentCache cache = web.cache();
        BackupDisk disk = web.open(first, cache)) {
      assertThatThrownBy(() -> disk.read((long) segment * SEGMENT + 10, ByteBuffer.allocate(1000)))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining(chunk(first, segment).value());
    }
  }

  @Test
  void aDamagedChunkIsRepaired() {
    replace(chunk(first, 0), new byte[100]);
    try (RepairSource source = RepairSource.disk(before.source(true))) {
      VerificationReport report =
          new Verification(web.repository())
              .repair(VerificationRequest.everything(100), source, Progress.NONE);
      assertThat(report.allIsWell()).as(report.problems().toString()).isTrue();
    }
    web.assertHolds(first, before);
    web.assertHolds(second, after);
  }

  @Test
  void aRecordOfAnotherPlaceOrInTheOpenMakesTheTreeUnreadable() {
    web.repository().checkpoints().close();
    web.memory()
        .delete(keys().stream().filter(key -> key.value().contains("/checkpoints/")).toList());
    ObjectKey third = new ObjectKey("trees/web/log/0000000000000003");
    byte[] record = stored(third);
    replace(third, stored(new ObjectKey("trees/web/log/0000000000000002")));
    assertTreeIsUnreadable("elsewhere1");
    replace(third, record);
    try (TestRepository elsewhere = another("elsewhere2")) {
      replace(third, elsewhere.store().get(third, 1 << 16).orElseThrow());
    }
    assertTreeIsUnreadable("elsewhere3");
  }

  private void assertTreeIsUnreadable(String folder) {
    try (TestRepository elsewhere = another(folder)) {
      assertThatThrownBy(() -> elsewhere.tree().find(new BackupName("goldfish")))
          .isInstanceOf(CorruptException.class)
          .hasMessageContaining("log/0000000000000003");
    }
  }

  @Test
  void theDescriptorCannotBeChangedWithoutTheKey() {
    RepositoryDescriptor right = web.repository().descriptor();
    RepositoryDescriptor moved =
        new RepositoryDescriptor(
            right.id(),
            right.created(),
            new LogPlace.SingleWriter("elsewhere"),
            true,
            right.proof());
    ObjectKey key = ObjectKey.of(Repository.DESCRIPTOR_NAME);
    replace(key, DescriptorCodec.encode(moved));
    assertThatThrownBy(() -> another("elsewhere"))
        .isInstanceOf(CorruptException.class)
        .hasMessageContaining("ekkofs.json");
    replace(key, DescriptorCodec.encode(moved.withProof(Optional.empty())));
    assertThatThrownBy(() -> another("elsewhere")).isInstanceOf(CorruptException.class);

    RepositoryDescriptor proved = ObjectSeal.of(web.store()).prove(moved);
    assertThat(proved.proof()).isPresent().isNotEqualTo(right.proof());
    replace(key, DescriptorCodec.encode(ObjectSeal.of(web.store()).prove(right)));
    another("elsewhere").close();
  }
}
