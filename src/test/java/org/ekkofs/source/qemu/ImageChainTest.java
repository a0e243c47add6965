package org.ekkofs.source.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.source.ImageFormat;
import org.ekkofs.source.MountedBackups;
import org.ekkofs.source.SourceOptions;
import org.ekkofs.testing.QemuImage;
import org.ekkofs.testing.QemuImg;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a header may make us open, and what not. */
class ImageChainTest {
  private static final Path SHADOW = Path.of("/etc/shadow");

  @TempDir Path temporary;
  private Path folder;
  private Path elsewhere;
  private Path image;

  @BeforeAll
  static void requireQemu() {
    QemuImage.assumeInstalled();
  }

  @BeforeEach
  void makeFolders() throws IOException {
    folder = Files.createDirectory(temporary.toRealPath().resolve("images"));
    elsewhere = Files.createDirectory(temporary.toRealPath().resolve("elsewhere"));
    image = folder.resolve("disk.qcow2");
  }

  private Path raw(Path file) throws IOException {
    return Files.write(file, new byte[1 << 20]);
  }

  /** A qcow2 whose header names a backing file that QEMU did not look at. */
  private static void overlay(Path image, String backing, String format) {
    QemuImg.img("create", "-q", "-u", "-f", "qcow2", "-b", backing, "-F", format, image, "1M");
  }

  private static ImageChain chain(Path image, Path... allowed) {
    return chain(image, ImageFormat.QCOW2, allowed);
  }

  private static ImageChain chain(Path image, ImageFormat format, Path... allowed) {
    return ImageChain.of(
        image,
        format,
        new SourceOptions(
            Optional.empty(), List.of(allowed), Optional.empty(), Optional.empty(), false),
        MountedBackups.now(Optional.empty()));
  }

  private void assertRefused(Class<? extends EkkofsException> type, String complaint) {
    assertThatThrownBy(() -> chain(image)).isInstanceOf(type).hasMessageContaining(complaint);
  }

  @Test
  void walksDownToTheLastBackingFile() throws IOException {
    Path base = raw(folder.resolve("base.raw"));
    overlay(folder.resolve("middle.qcow2"), "base.raw", "raw");
    overlay(image, folder.resolve("middle.qcow2").toString(), "qcow2");

    ImageChain chain = chain(image);
    assertThat(chain.links())
        .extracting(ChainLink::file)
        .containsExactly(image, folder.resolve("middle.qcow2"), base);
    assertThat(chain.links())
        .extracting(ChainLink::format)
        .containsExactly(ImageFormat.QCOW2, ImageFormat.QCOW2, ImageFormat.RAW);
    assertThat(chain.basis()).isEmpty();
    assertThat(ImageDescription.fileName(chain))
        .isEqualTo(
            """
            json:{"driver":"qcow2","file":{"driver":"file","filename":"%1$s/disk.qcow2"},\
            "backing":{"driver":"qcow2","file":{"driver":"file","filename":"%1$s/middle.qcow2"},\
            "backing":{"driver":"raw","file":{"driver":"file","filename":"%1$s/base.raw"}}}}"""
                .formatted(folder));
  }

  @Test
  void anImageWithoutBackingFileIsDescribedAsOne() {
    QemuImg.img("create", "-q", "-f", "qcow2", image, "1M");
    assertThat(ImageDescription.fileName(chain(image))).endsWith(",\"backing\":null}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/shadow", "../../../../../../../../../etc/shadow", "link", "deep/x"})
  void aBackingFileElsewhereIsRefused(String name) throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), SHADOW);
    Files.createSymbolicLink(folder.resolve("deep"), Files.createDirectory(folder.resolve("d")));
    Files.createSymbolicLink(folder.resolve("d/x"), Path.of("../link"));
    overlay(image, name, "raw");
    assertRefused(RefusedException.class, "--allow-backing /etc");
  }

  @Test
  void aBackingFileInAFolderBelowIsElsewhere() throws IOException {
    Path below = Files.createDirectory(folder.resolve("below"));
    raw(below.resolve("base.raw"));
    overlay(image, "below/base.raw", "raw");
    assertRefused(RefusedException.class, "--allow-backing " + below);
    assertThat(chain(image, folder).links()).hasSize(2);
  }

  @Test
  void whatIsAllowedIsAllowedByItsRealName() throws IOException {
    raw(elsewhere.resolve("base.raw"));
    Path link = Files.createSymbolicLink(temporary.resolve("bases"), elsewhere);
    overlay(image, "../bases/base.raw", "raw");
    assertRefused(RefusedException.class, "--allow-backing " + elsewhere);
    assertThat(chain(image, link).links()).hasSize(2);
    assertThatThrownBy(() -> chain(image, temporary.resolve("nothing")))
        .isInstanceOf(NotFoundException.class);
    Path name = Path.of(elsewhere + "where");
    assertThatThrownBy(() -> chain(image, Files.createDirectory(name)))
        .as("a folder whose name only begins the same")
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void whatABackingFileNamesIsCheckedAsWell() throws IOException {
    overlay(elsewhere.resolve("base.qcow2"), "/etc/shadow", "raw");
    overlay(image, elsewhere.resolve("base.qcow2").toString(), "qcow2");
    assertThatThrownBy(() -> chain(image, elsewhere))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/etc/shadow, the backing file of " + elsewhere);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "json:{\"driver\":\"file\",\"filename\":\"/etc/shadow\"}",
        "nbd:localhost:10809",
        "nbd://localhost/x",
        "https://localhost/x",
        "file:/etc/shadow",
        "fat:rw:/etc"
      })
  void onlyFilesAreFollowed(String name) {
    overlay(image, name, "raw");
    assertRefused(RefusedException.class, "only files and block devices");
  }

  @Test
  void filesInACircleAreRefused() {
    Path other = folder.resolve("other.qcow2");
    overlay(image, "other.qcow2", "qcow2");
    overlay(other, "./disk.qcow2", "qcow2");
    assertRefused(RefusedException.class, image + " -> " + other + " -> " + image);
    overlay(image, "../images/disk.qcow2", "qcow2");
    assertRefused(RefusedException.class, "circle");
  }

  @Test
  void tooManyAreRefused() {
    for (int n = 0; n < ImageChain.MAX_LINKS + 1; n++) {
      overlay(folder.resolve(n + ".qcow2"), (n + 1) + ".qcow2", "qcow2");
    }
    QemuImg.img("create", "-q", "-f", "qcow2", folder.resolve("65.qcow2"), "1M");
    assertThat(chain(folder.resolve("2.qcow2")).links()).hasSize(ImageChain.MAX_LINKS);
    image = folder.resolve("1.qcow2");
    assertRefused(RefusedException.class, "more than 63");
  }

  @Test
  void aMissingBackingFileIsNamed() {
    overlay(image, "gone.raw", "raw");
    assertRefused(NotFoundException.class, "gone.raw, the backing file of " + image);
    image = folder.resolve("none.qcow2");
    assertRefused(NotFoundException.class, "none.qcow2 does not exist");
  }

  @Test
  void aBackingFileMustBeAFile() throws IOException {
    Files.createDirectory(folder.resolve("d"));
    overlay(image, "d", "raw");
    assertRefused(InvalidException.class, "neither a file nor a block device");
  }

  @Test
  void theHeaderSaysTheFormatOrElseTheExtensionDoes() throws IOException {
    overlay(folder.resolve("base"), "/etc/shadow", "raw");
    Files.copy(folder.resolve("base"), folder.resolve("base.qcow2"));
    overlay(image, "base", "raw");
    assertThat(chain(image).links()).as("forged, and said to be raw").hasSize(2);

    forgetBackingFormat("base");
    ImageChain guessed = chain(image);
    assertThat(guessed.links()).as("forged, and nothing is said").hasSize(2);
    assertThat(guessed.remarks())
        .singleElement()
        .asString()
        .contains("begins like a qcow2 image and is taken as raw");

    forgetBackingFormat("base.qcow2");
    assertRefused(RefusedException.class, "/etc/shadow");
  }

  /** Old versions of QEMU wrote no format; those of today refuse to. */
  private void forgetBackingFormat(String backing) throws IOException {
    QemuImg.img("create", "-q", "-u", "-f", "qcow2", "-o", "compat=0.10", image, "1M");
    ByteBuffer head = ByteBuffer.wrap(Files.readAllBytes(image));
    byte[] name = backing.getBytes(StandardCharsets.UTF_8);
    head.putLong(8, 1024).putInt(16, name.length).position(1024).put(name);
    Files.write(image, head.array());
  }

  @Test
  void anUnknownFormatOfABackingFileIsRefused() throws IOException {
    raw(folder.resolve("base"));
    overlay(image, "base", "vvfat");
    assertRefused(InvalidException.class, "\"vvfat\"");
  }

  @Test
  void aRawDiskIsNotWhatItBeginsLike() throws IOException {
    overlay(image, "/etc/shadow", "raw");
    ImageChain chain = chain(image, ImageFormat.RAW);
    assertThat(chain.links()).hasSize(1);
    assertThat(ImageDescription.fileName(chain)).startsWith("json:{\"driver\":\"raw\",");
  }

  @Test
  void anImageOfAnotherFormatIsSaidToBeSo() throws IOException {
    raw(image);
    assertRefused(FailedException.class, "cannot be opened as qcow2: Image is not in qcow2 format");
  }

  @Test
  void aDataFileElsewhereIsRefused() throws IOException {
    Path data = elsewhere.resolve("data");
    QemuImg.img("create", "-q", "-f", "qcow2", "-o", "data_file=" + data, image, "1M");
    assertRefused(RefusedException.class, data + ", the data file of " + image);
    ImageChain chain = chain(image, elsewhere);
    assertThat(chain.top().dataFile()).contains(data);
    assertThat(ImageDescription.fileName(chain))
        .contains("\"data-file\":{\"driver\":\"file\",\"filename\":\"" + data + "\"}");
    Files.delete(data);
    Files.createSymbolicLink(data, SHADOW);
    assertThatThrownBy(() -> chain(image, elsewhere)).isInstanceOf(RefusedException.class);
  }

  @Test
  void aDataFileThatTheHeaderDoesNotNameIsRefused() throws IOException {
    QemuImg.img("create", "-q", "-f", "qcow2", image, "1M");
    ByteBuffer head = ByteBuffer.wrap(Files.readAllBytes(image));
    Files.write(image, head.putLong(72, head.getLong(72) | 4).array());
    assertRefused(RefusedException.class, "does not say where its data are");
  }

  @Test
  void aHeaderThatNamesTwoDataFilesIsRefused() throws IOException {
    raw(folder.resolve("data-one"));
    QemuImg.img("create", "-q", "-f", "qcow2", image, "1M");
    ByteBuffer head = ByteBuffer.wrap(Files.readAllBytes(image));
    head.putLong(72, head.getLong(72) | 4).position(head.getInt(100));
    for (String name : List.of("data-one", "/dev/tty")) {
      head.putInt(0x44415441).putInt(8).put(name.getBytes(StandardCharsets.UTF_8));
    }
    Files.write(image, head.putLong(0).array());
    assertRefused(RefusedException.class, "says twice where its data are");
  }

  @Test
  void partsOfAVmdkMayLieBesideIt() {
    image = folder.resolve("disk.vmdk");
    QemuImg.img("create", "-q", "-f", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", image, "3G");
    assertThat(chain(image, ImageFormat.VMDK).links()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RW 8 FLAT \"/etc/shadow\" 0",
        "RW 8 FLAT \"link\" 0",
        "x \" RW 8 FLAT \"/etc/shadow\" 0",
        "RW\n8\nFLAT\n\"/etc/shadow\"\n0",
        "RW +8SPARSE\"/etc/shadow\"",
        "RW 8 FLAT \"json:{}\" 0"
      })
  void partsOfAVmdkElsewhereAreRefused(String extent) throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), SHADOW);
    image = folder.resolve("disk.vmdk");
    Files.writeString(
        image,
        """
        # Disk DescriptorFile
        version=1
        CID=fffffffe
        parentCID=ffffffff
        createType="monolithicFlat"
        %s
        """
            .formatted(extent));
    assertThatThrownBy(() -> chain(image, ImageFormat.VMDK))
        .isInstanceOf(RefusedException.class)
        .hasMessageMatching(".*the part of .*|.*its part is .*");
  }

  @Test
  void aVmdkDescribedWithinAnotherIsRefused() throws IOException {
    ByteBuffer head = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
    head.put("KDMV".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(3).putLong(0);
    image = folder.resolve("disk.vmdk");
    Files.write(image, head.array());
    assertThatThrownBy(() -> chain(image, ImageFormat.VMDK))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("within which others are described");
  }

  @Test
  void bitmapsAreThoseOfTheImageItself() throws IOException {
    Path base = folder.resolve("base.qcow2");
    QemuImg.img("create", "-q", "-f", "qcow2", base, "1M");
    QemuImg.img("bitmap", "--add", base, "below");
    overlay(image, "base.qcow2", "qcow2");
    QemuImg.img("bitmap", "--add", image, "good");
    QemuImg.img("bitmap", "--add", "--disable", image, "off");

    ImageChain chain = chain(image);
    assertThat(chain.bitmap("good").flatMap(ChangeBitmap::fault)).isEmpty();
    assertThat(chain.bitmap("good")).isPresent();
    assertThat(chain.bitmap("off").flatMap(ChangeBitmap::fault)).contains("is disabled");
    assertThat(chain.bitmap("below")).isEmpty();
  }

  @Test
  void anEncryptedImageNeedsItsSecret() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "123456");
    List<Object> words = new ArrayList<>(List.of("create", "-q", "-f", "qcow2", "--object"));
    words.addAll(
        List.of(
            "secret,id=s,file=" + secret,
            "-o",
            "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10",
            image,
            "1M"));
    QemuImg.img(words.toArray());
    assertRefused(InvalidException.class, "--secret-file");
    ImageChain chain =
        ImageChain.of(
            image,
            ImageFormat.QCOW2,
            new SourceOptions(
                Optional.empty(), List.of(), Optional.of(secret), Optional.empty(), false),
            MountedBackups.now(Optional.empty()));
    assertThat(ImageDescription.fileName(chain))
        .contains("\"encrypt\":{\"key-secret\":\"ekkofs-secret\"}");
    assertThat(ImageDescription.arguments(Optional.of(secret)))
        .containsExactly(
            "--object",
            "{\"qom-type\":\"secret\",\"id\":\"ekkofs-secret\",\"file\":\"" + secret + "\"}");
  }
}
