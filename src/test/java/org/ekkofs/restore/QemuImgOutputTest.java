package org.ekkofs.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import org.ekkofs.testing.RecordedProgress;
import org.junit.jupiter.api.Test;

class QemuImgOutputTest {
  private final RecordedProgress progress = new RecordedProgress();

  private QemuImgOutput read(String said) throws IOException {
    progress.begin("restore", 1000);
    return QemuImgOutput.read(new StringReader(said), 1000, progress);
  }

  private long done() {
    return progress.tasks().get(0).advanced().get();
  }

  @Test
  void howFarItHasComeIsPassedOn() throws IOException {
    QemuImgOutput output = read("    (0.00/100%)\r    (12.50/100%)\r    (50.00/100%)\r");
    assertThat(done()).isEqualTo(500);
    assertThat(output.message()).isEmpty();
    output.finish();
    assertThat(done()).isEqualTo(1000);
  }

  @Test
  void itNeverGoesBackNorPastTheEnd() throws IOException {
    read("    (80.00/100%)\r    (40.00/100%)\r    (999.00/100%)\r").finish();
    assertThat(done()).isEqualTo(1000);
  }

  @Test
  void theFirstLineIsTheMessageWithoutTheProgramsName() throws IOException {
    QemuImgOutput output = read("  (1.00/100%)\rqemu-img: no room\nqemu-img: so it ends\n");
    assertThat(output.message()).isEqualTo("no room");
  }

  @Test
  void anEndlessLineIsCut() throws IOException {
    assertThat(read("x".repeat(100_000)).message()).hasSize(2000);
  }
}
