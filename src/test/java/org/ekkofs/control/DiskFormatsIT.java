package org.ekkofs.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.Snapshots;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.ImageFormat;
import org.ekkofs.source.MountedBackups;
import org.ekkofs.source.SourceAddress;
import org.ekkofs.source.SourceOptions;
import org.ekkofs.source.nbd.NbdExport;
import org.ekkofs.source.qemu.QemuNbd;
import org.ekkofs.testing.CountingObjectStore;
import org.ekkofs.testing.CountingSource;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.QemuImg;
import org.ekkofs.testing.TestRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Disks in QEMU's formats, read by QEMU's own programs: what comes in, and how little is read. */
class DiskFormatsIT {
  private static final int MIB = 1 << 20;
  private static final int CLUSTER = 64 << 10;
  private static final int SIZE = 8 * MIB;

  private final Random random = new Random(6);
  private final List<String> remarks = new ArrayList<>();

  @TempDir Path temporary;
  private Path folder;
  private TestRepository web;

  @BeforeEach
  void makeRepository() throws IOException {
    folder = temporary.toRealPath();
    web = TestRepository.create(folder.resolve("local"), new SegmentSize(MIB), Compression.DEFAULT);
  }

  @AfterEach
  void close() {
    web.close();
  }

  /** What was read of a disk, and what became of it. */
  private record Taken(TrackedBackup backup, SnapshotRequest request, long bytesRead) {}

  private Taken take(String source, String name, String parent, SourceOptions options) {
    SnapshotRequest request =
        new SnapshotRequest(
            new BackupPath(TestRepository.TREE, new BackupName(name)),
            Optional.of(parent).filter(text -> !text.isEmpty()).map(BackupName::new));
    SourceDisk disk = new SourceDisk(SourceAddress.parse(source), request);
    new Command.Snapshot(List.of(disk), options);
    Sources sources =
        new Sources(
            new BasisFinder(web.repository()), MountedBackups.now(Optional.empty()), remarks::add);
    try (Sources.Opened opened = sources.open(disk, options)) {
      CountingSource counted = new CountingSource(opened.disk());
      TrackedBackup backup =
          new Snapshots(web.repository()).take(counted, opened.request(), Progress.NONE);
      return new Taken(backup, opened.request(), counted.bytesRead());
    }
  }

  private static SourceOptions options(Optional<ImageFormat> format, Optional<Path> secret) {
    return new SourceOptions(format, List.of(), secret, Optional.empty(), false);
  }

  private static SourceOptions changedOnly() {
    return new SourceOptions(Optional.empty(), List.of(), Optional.empty(), Optional.empty(), true);
  }

  private static SourceOptions bitmap(String name) {
    return new SourceOptions(
        Optional.empty(), List.of(), Optional.empty(), Optional.of(name), false);
  }

  private Path raw(String name, int size) {
    return TestRepository.file(folder.resolve(name), ModelDisk.random(size, random));
  }

  /** What QEMU reads of it. */
  private ModelDisk content(Path image, Object... how) throws IOException {
    Path raw = folder.resolve("converted");
    List<Object> words = new ArrayList<>(List.of("convert", "-O", "raw"));
    words.addAll(List.of(how.length == 0 ? new Object[] {image} : how));
    words.add(raw);
    QemuImg.img(words.toArray());
    byte[] bytes = Files.readAllBytes(raw);
    return ModelDisk.empty(bytes.length).write(0, bytes);
  }

  private void assertHolds(Taken taken, Path image) throws IOException {
    web.assertHolds(taken.backup(), content(image));
  }

  @ParameterizedTest
  @CsvSource({
    "qcow2, '', a.qcow2",
    "qcow2, cluster_size=512, a.qcow2",
    "qcow2, compressed, a.qcow2",
    "qcow2, '', disk",
    "qed, '', a.qed",
    "vmdk, subformat=monolithicSparse, a.vmdk",
    "vmdk, subformat=twoGbMaxExtentSparse, a.vmdk",
    "vmdk, subformat=streamOptimized, a.vmdk",
    "vhdx, '', a.vhdx",
    "vpc, '', a.vhd",
    "vdi, '', a.vdi",
    "parallels, '', a.hds"
  })
  void everyFormatComesInAsQemuReadsIt(String format, String option, String name)
      throws IOException {
    // Not a whole number of any format's units.
    Path raw = raw("a.raw", SIZE - 3 * 512);
    Path image = folder.resolve(name);
    List<Object> words = new ArrayList<>(List.of("convert", "-f", "raw", "-O", format));
    if (option.equals("compressed")) {
      words.add("-c");
    } else if (!option.isEmpty()) {
      words.addAll(List.of("-o", option));
    }
    words.addAll(List.of(raw, image));
    QemuImg.img(words.toArray());

    Optional<ImageFormat> said =
        name.contains(".") ? Optional.empty() : ImageFormat.ofDriver(format);
    Taken taken = take(image.toString(), "a", "", options(said, Optional.empty()));
    web.assertHolds(taken.backup(), content(image, "-f", format, image));
    assertThat(remarks).isEmpty();
  }

  @Test
  void encryptedImagesOpenWithTheirSecret() throws IOException {
    Path raw = raw("a.raw", 2 * MIB);
    Path secret = Files.writeString(folder.resolve("secret"), "not a newline, at the end");
    String object = "secret,id=s,file=" + secret;
    Path qcow2 = folder.resolve("a.qcow2");
    QemuImg.img(
        "convert",
        "-O",
        "qcow2",
        "--object",
        object,
        "-f",
        "raw",
        "-o",
        "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10",
        raw,
        qcow2);
    Path luks = folder.resolve("a.luks");
    QemuImg.img(
        "convert",
        "-O",
        "luks",
        "--object",
        object,
        "-f",
        "raw",
        "-o",
        "key-secret=s,iter-time=10",
        raw,
        luks);

    for (Path image : List.of(qcow2, luks)) {
      Taken taken =
          take(
              image.toString(),
              image.getFileName().toString().replace("a.", ""),
              "",
              options(Optional.empty(), Optional.of(secret)));
      web.assertHolds(taken.backup(), content(raw, "-f", "raw", raw));
    }
    Path wrong = Files.writeString(folder.resolve("wrong"), "not a newline, at the end\n");
    assertThatThrownBy(
            () -> take(qcow2.toString(), "b", "", options(Optional.empty(), Optional.of(wrong))))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("Invalid password");
  }

  @Test
  void anImageWithoutExtensionIsRawAndSaysSo() throws IOException {
    Path raw = raw("a.raw", MIB);
    Path image = folder.resolve("disk");
    QemuImg.img("convert", "-f", "raw", "-O", "qcow2", raw, image);
    Taken taken = take(image.toString(), "a", "", SourceOptions.DEFAULT);
    web.assertHolds(taken.backup(), content(image, "-f", "raw", image));
    assertThat(remarks).singleElement().asString().contains("give --format qcow2");
  }

  @Test
  void aDirtyBitmapSaysWhatIsRead() throws IOException {
    Path image = folder.resolve("a.qcow2");
    QemuImg.img("convert", "-f", "raw", "-O", "qcow2", raw("a.raw", SIZE), image);
    QemuImg.img("bitmap", "--add", image, "b0");
    QemuImg.img("bitmap", "--add", "--disable", image, "off");
    take(image.toString(), "a", "", SourceOptions.DEFAULT);
    QemuImg.io(image, "qcow2", "write -P 7 3M 64k", "write -z 5M 64k", "discard 1M 64k");

    Taken taken = take(image.toString(), "b", "a", bitmap("b0"));
    assertHolds(taken, image);
    assertThat(taken.bytesRead()).as("zeros need not be read").isEqualTo(CLUSTER);
    assertThat(TestRepository.figures(taken.backup()).newBytes()).isEqualTo(CLUSTER);
    assertThat(remarks).isEmpty();

    assertThatThrownBy(() -> take(image.toString(), "c", "b", bitmap("none")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("has no bitmap \"none\"");

    assertHolds(take(image.toString(), "c", "b", bitmap("off")), image);
    assertThat(remarks).singleElement().asString().contains("is disabled, so all of it is read");

    remarks.clear();
    leaveInUse(image, "b0");
    Taken whole = take(image.toString(), "d", "c", bitmap("b0"));
    assertHolds(whole, image);
    assertThat(whole.bytesRead()).isGreaterThan(4 * MIB);
    assertThat(remarks).singleElement().asString().contains("is inconsistent");
  }

  /** As a machine leaves a bitmap that is killed: the flag in front of its name is set. */
  private static void leaveInUse(Path image, String name) throws IOException {
    byte[] bytes = Files.readAllBytes(image);
    ByteBuffer file = ByteBuffer.wrap(bytes);
    int at = file.getInt(100);
    while (file.getInt(at) != 0x23852875) {
      at += 8 + (file.getInt(at + 4) + 7) / 8 * 8;
    }
    int entry = (int) file.getLong(at + 24);
    assertThat(
            new String(bytes, entry + 24, name.length(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo(name);
    file.putInt(entry + 12, file.getInt(entry + 12) | 1);
    Files.write(image, bytes);
  }

  @Test
  void anExportIsReadAsItsBitmapSays() throws IOException {
    Path image = folder.resolve("a.qcow2");
    QemuImg.img("convert", "-f", "raw", "-O", "qcow2", raw("a.raw", SIZE), image);
    QemuImg.img("bitmap", "--add", image, "b0");
    try (QemuNbd server = QemuNbd.start("a", List.of("--format=qcow2", image.toString()))) {
      take(address(server), "a", "", SourceOptions.DEFAULT);
      assertThatThrownBy(() -> take(address(server), "b", "a", bitmap("b0")))
          .isInstanceOf(NotFoundException.class)
          .hasMessageContaining("exports no bitmap \"b0\"");
    }
    QemuImg.io(image, "qcow2", "write -P 7 3M 64k");
    try (QemuNbd server =
        QemuNbd.start("a", List.of("--format=qcow2", "--bitmap=b0", image.toString()))) {
      Taken taken = take(address(server), "b", "a", bitmap("b0"));
      assertHolds(taken, image);
      assertThat(taken.bytesRead()).isEqualTo(CLUSTER);
    }
  }

  private static String address(QemuNbd server) {
    return "nbd+unix:///?socket=" + ((NbdExport.Socket) server.export()).path();
  }

  @Test
  void aFleetOverOneBaseStoresAndReadsOnlyWhatDiffers() throws IOException {
    int fleet = 200;
    Path base = raw("base.raw", SIZE);
    Path noise = TestRepository.file(folder.resolve("noise"), ModelDisk.full(2 * CLUSTER, random));
    Path fresh = folder.resolve("fresh.qcow2");
    QemuImg.img("create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", fresh);
    take(base.toString(), "base", "", SourceOptions.DEFAULT);
    web.counts().reset();

    Path last = fresh;
    Taken taken = null;
    for (int n = 0; n < fleet; n++) {
      last = Files.copy(fresh, folder.resolve(n + ".qcow2"));
      int at = random.nextInt(SIZE / CLUSTER - 2) * CLUSTER;
      QemuImg.io(last, "qcow2", "write -s %s %d %d".formatted(noise, at, 2 * CLUSTER));
      taken = take(last.toString(), "vm" + n, "base", changedOnly());
      assertThat(taken.bytesRead()).as("instance %d", n).isEqualTo(2 * CLUSTER);
    }
    assertHolds(taken, last);
    long stored =
        web.counts().all().stream()
            .filter(call -> call.operation().equals("put"))
            .mapToLong(CountingObjectStore.Call::bytes)
            .sum();
    assertThat(stored)
        .as("what has changed, and for each a manifest, references and records")
        .isBetween((long) fleet * 2 * CLUSTER, (long) fleet * (2 * CLUSTER + (16 << 10)));
    assertThat(remarks).isEmpty();
  }

  @Test
  void anImageThatRestsOnNothingCannotBeTakenByItsChanges() {
    Path image = folder.resolve("a.qcow2");
    QemuImg.img("create", "-q", "-f", "qcow2", image, "1M");
    take(image.toString(), "a", "", SourceOptions.DEFAULT);
    assertThatThrownBy(() -> take(image.toString(), "b", "a", changedOnly()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("has no backing file");
  }

  @Test
  void anOverlayLargerThanItsBaseIsReadRight() throws IOException {
    Path base = raw("base.raw", 3 * MIB + 512);
    take(base.toString(), "base", "", SourceOptions.DEFAULT);
    Path image = folder.resolve("a.qcow2");
    QemuImg.img("create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", image, "6M");
    QemuImg.io(image, "qcow2", "write -P 9 5M 64k");
    assertHolds(take(image.toString(), "a", "base", changedOnly()), image);
    Path smaller = folder.resolve("b.qcow2");
    QemuImg.img("create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", smaller, "1536k");
    assertHolds(take(smaller.toString(), "b", "base", changedOnly()), smaller);
  }
}
