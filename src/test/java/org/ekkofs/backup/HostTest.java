package org.ekkofs.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ekkofs.model.WriterProcess;
import org.junit.jupiter.api.Test;

class HostTest {
  private final Host host = Host.current();
  private final WriterProcess self = host.self();

  private WriterProcess process(long pid, long startedMillis) {
    return new WriterProcess(self.host(), self.bootId(), pid, startedMillis);
  }

  @Test
  void aProcessThatRunsIsAliveAndNotDead() {
    assertThat(host.isAlive(self)).isTrue();
    assertThat(host.isDead(self)).isFalse();
  }

  @Test
  void theStartOfAProcessIsCountedFromTheBootSoThatSettingTheClockKillsNobody() throws IOException {
    String uptime = Files.readString(Path.of("/proc/uptime")).split(" ")[0];
    long millisSinceBoot = (long) (Double.parseDouble(uptime) * 1000);
    assertThat(self.startedMillis())
        .isBetween(millisSinceBoot - jvmMillis() - 10_000, millisSinceBoot);
  }

  private static long jvmMillis() {
    return java.lang.management.ManagementFactory.getRuntimeMXBean().getUptime();
  }

  @Test
  void aProcessOfTheSameNumberThatStartedAtAnotherTimeIsAnother() {
    assertThat(host.isDead(process(self.pid(), self.startedMillis() + 10))).isTrue();
  }

  @Test
  void aProcessThatHasEndedIsDead() throws Exception {
    Process child = new ProcessBuilder("true").start();
    child.waitFor();
    assertThat(host.isDead(process(child.pid(), self.startedMillis()))).isTrue();
  }

  @Test
  void ofProcessesElsewhereOrOfAnotherBootNothingIsCertain() {
    WriterProcess elsewhere =
        new WriterProcess("elsewhere", self.bootId(), self.pid(), self.startedMillis() + 10);
    WriterProcess before =
        new WriterProcess(self.host(), "another", self.pid(), self.startedMillis() + 10);
    assertThat(host.isDead(elsewhere)).isFalse();
    assertThat(host.isAlive(elsewhere)).isFalse();
    assertThat(host.isDead(before)).isFalse();
    assertThat(host.isAlive(before)).isFalse();
  }
}
