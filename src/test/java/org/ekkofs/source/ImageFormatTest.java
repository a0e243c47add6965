package org.ekkofs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.model.InvalidException;
import org.ekkofs.testing.QemuImg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFormatTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "a.qcow2, QCOW2",
    "A.QCOW2, QCOW2",
    "a.b.vmdk, VMDK",
    "a.vhd, VPC",
    "a.vpc, VPC",
    "a.vhdx, VHDX",
    "a.vdi, VDI",
    "a.qed, QED",
    "a.luks, LUKS",
    "a.img, RAW",
    "a.raw, RAW"
  })
  void extensionsStandForFormats(String name, ImageFormat format) {
    assertThat(ImageFormat.ofExtension(Path.of("/srv/x.vdi", name))).contains(format);
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "qcow2", "a.qcow2.bak", "a.iso", "a."})
  void otherNamesStandForNone(String name) {
    assertThat(ImageFormat.ofExtension(Path.of("/srv/x.vdi", name))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void eachFormatIsCalledAsQemuCallsIt(ImageFormat format) {
    assertThat(ImageFormat.parse(format.driver())).isEqualTo(format);
    assertThat(ImageFormat.ofDriver(format.driver())).contains(format);
  }

  @Test
  void anUnknownFormatIsRefusedWithAllThatThereAre() {
    assertThat(ImageFormat.parse("VHD")).isEqualTo(ImageFormat.VPC);
    assertThatThrownBy(() -> ImageFormat.parse("iso"))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("qcow2, qcow, qed, vmdk");
  }

  @ParameterizedTest
  @EnumSource(names = {"QCOW2", "QED", "VMDK", "VHDX", "VPC", "VDI", "PARALLELS"})
  void seesWhatAnImageBeginsLike(ImageFormat format) throws IOException {
    Path image = folder.resolve("image");
    QemuImg.img("create", "-q", "-f", format.driver(), image, "8M");
    assertThat(ImageFormat.resembled(image)).contains(format);
  }

  @Test
  void aRawDiskBeginsLikeNothing() throws IOException {
    assertThat(ImageFormat.resembled(Files.write(folder.resolve("raw"), new byte[4096]))).isEmpty();
    assertThat(ImageFormat.resembled(Files.write(folder.resolve("none"), new byte[0]))).isEmpty();
  }
}
