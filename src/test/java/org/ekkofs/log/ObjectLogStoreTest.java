package org.ekkofs.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;
import org.ekkofs.store.folder.FolderObjectStore;
import org.ekkofs.testing.FaultyObjectStore;
import org.ekkofs.testing.MemoryObjectStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectLogStoreTest {
  private static final TreeName WEB = new TreeName("web");
  private static final byte[] RECORD = "record".getBytes(StandardCharsets.UTF_8);

  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final ObjectLogStore logs = new ObjectLogStore(objects);

  private static List<String> keys(ObjectStore store) {
    List<String> keys = new ArrayList<>();
    store.list("", info -> keys.add(info.key().value()));
    return keys;
  }

  @Test
  void aRecordLiesUnderItsSlotInSixteenDigits() {
    assertThat(logs.create(WEB, new Slot(42), RECORD)).isTrue();
    assertThat(logs.create(WEB, new Slot(Slot.MAX), RECORD)).isTrue();
    assertThat(keys(objects))
        .containsExactly("trees/web/log/0000000000000042", "trees/web/log/9999999999999999");
    assertThat(logs.read(WEB, new Slot(42))).hasValue(RECORD);
    assertThat(logs.read(WEB, new Slot(43))).isEmpty();
  }

  @Test
  void keysAreTheSameWhateverDigitsPeopleUse() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      logs.create(WEB, new Slot(42), RECORD);
    } finally {
      Locale.setDefault(before);
    }
    assertThat(keys(objects)).containsExactly("trees/web/log/0000000000000042");
  }

  @Test
  void aTakenSlotStaysAsItIs() {
    logs.create(WEB, new Slot(1), RECORD);
    assertThat(logs.create(WEB, new Slot(1), new byte[] {1})).isFalse();
    assertThat(logs.read(WEB, new Slot(1))).hasValue(RECORD);
  }

  @Test
  void whatIsNoTreeIsNotShown() {
    logs.create(new TreeName("web"), new Slot(1), RECORD);
    logs.create(new TreeName("db"), new Slot(1), RECORD);
    for (String foreign : new String[] {".trash", "-x", "control", "latest"}) {
      objects.put(ObjectKey.of("trees", foreign, "log", "1"), Body.of(RECORD));
    }
    objects.put(ObjectKey.of("trees", "file"), Body.of(RECORD));
    assertThat(logs.trees()).containsExactly(new TreeName("db"), new TreeName("web"));
  }

  @Test
  void anOverlongRecordIsCorrupt() {
    objects.put(
        ObjectKey.of("trees", "web", "log", "0000000000000001"),
        Body.of(new byte[RecordCodec.MAX_BYTES + 1]));
    assertThatThrownBy(() -> logs.read(WEB, new Slot(1))).isInstanceOf(CorruptException.class);
  }

  @Test
  void nothingIsCreatedBeforeWhatItRefersToIsDurable() {
    FaultyObjectStore faulty = new FaultyObjectStore(objects);
    faulty.fail(FaultyObjectStore.Operation.SYNC, 1, FaultyObjectStore.Effect.FAIL_BEFORE);
    assertThatThrownBy(() -> new ObjectLogStore(faulty).create(WEB, new Slot(1), RECORD))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(keys(objects)).isEmpty();
    faulty.assertAllFired();
  }

  @Test
  void anAnswerLostOnTheWayFromTheStoreDoesNotDoubleARecord() {
    FaultyObjectStore faulty = new FaultyObjectStore(objects);
    faulty.fail(FaultyObjectStore.Operation.CREATE, 1, FaultyObjectStore.Effect.FAIL_AFTER);
    CommitLog log =
        new CommitLog(
            WEB, new ObjectLogStore(faulty), Records.stamper("a"), new TreeState(), state -> {});
    log.append(state -> Optional.of(Records.create()), TreeState::slot);
    assertThat(keys(objects)).containsExactly("trees/web/log/0000000000000001");
    faulty.assertAllFired();
  }

  @Test
  void aFolderHoldsRecordsAsFiles(@TempDir Path dir) throws Exception {
    Path root = dir.resolve("repository");
    try (FolderObjectStore folder = FolderObjectStore.create(root)) {
      ObjectLogStore inFolder = new ObjectLogStore(folder);
      assertThat(inFolder.trees()).isEmpty();
      assertThat(inFolder.create(WEB, new Slot(1), RECORD)).isTrue();
      assertThat(inFolder.create(WEB, new Slot(1), RECORD)).isFalse();
      Files.createDirectories(root.resolve("trees/lost+found"));
      Files.createDirectories(root.resolve("trees/.snapshot"));
      assertThat(root.resolve("trees/web/log/0000000000000001")).hasBinaryContent(RECORD);
      assertThat(inFolder.read(WEB, new Slot(1))).hasValue(RECORD);
      assertThat(inFolder.trees()).containsExactly(WEB);
    }
  }
}
