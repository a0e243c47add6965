package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.List;
import org.ekkofs.fuse.Binding;
import org.ekkofs.model.InvalidException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MountOptionsTest {
  @Test
  void readsEveryOption() {
    MountOptions options =
        MountOptions.parse(
            List.of(
                "allow_other",
                "uid=7",
                "gid=8",
                "umask=027",
                "refresh=30",
                "cache_dir=/c",
                "cache_size=512M",
                "binding=fuse2"));

    assertThat(options.allowOther()).isTrue();
    assertThat(options.uid()).contains(7);
    assertThat(options.gid()).contains(8);
    assertThat(options.umask()).isEqualTo(027);
    assertThat(options.refresh()).isEqualTo(Duration.ofSeconds(30));
    assertThat(options.cacheFolder()).contains(Path.of("/c"));
    assertThat(options.cacheBytes()).contains(512L << 20);
    assertThat(options.binding()).isEqualTo(Binding.FUSE2);
  }

  @Test
  void survivesBeingHandedToAnotherProcess() {
    MountOptions options = MountOptions.parse(List.of("uid=7", "umask=22", "cache_size=0"));

    assertThat(MountOptions.parse(options.words())).isEqualTo(options);
    assertThat(MountOptions.parse(MountOptions.parse(List.of()).words()))
        .isEqualTo(MountOptions.parse(List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rw",
        "foo=1",
        "allow_other=1",
        "uid",
        "uid=",
        "uid=root",
        "uid=-1",
        "gid=4294967296",
        "umask=8",
        "umask=7777",
        "refresh=0",
        "refresh=99999",
        "refresh=x",
        "cache_dir=",
        "cache_size=big",
        "binding=fuse9",
        "sweep",
        "sweep=",
        "sweep=24:00",
        "sweep=03:60",
        "sweep=0300",
        "sweep=on"
      })
  void refusesWhatItDoesNotKnow(String option) {
    assertThatThrownBy(() -> MountOptions.parse(List.of(option)))
        .isInstanceOf(InvalidException.class);
  }

  @Test
  void readOnlyNeedsNoSaying() {
    assertThat(MountOptions.parse(List.of("ro"))).isEqualTo(MountOptions.parse(List.of()));
    assertThatThrownBy(() -> MountOptions.parse(List.of("rw")))
        .isInstanceOf(InvalidException.class);
  }

  @Test
  void sweepsOnceADayUnlessItIsOffOrReadOnly() {
    MountOptions options = MountOptions.parse(List.of("sweep=3:05"));
    assertThat(options.sweep()).contains(LocalTime.of(3, 5));
    assertThat(MountOptions.parse(options.words())).isEqualTo(options);
    assertThat(MountOptions.parse(List.of("sweep=23:59", "sweep=off")).sweep()).isEmpty();
    assertThat(MountOptions.parse(List.of("sweep=00:00", "ro")).sweep()).isEmpty();
    assertThat(MountOptions.parse(List.of()).sweep()).isEmpty();
  }

  @Test
  void whatReadingMayTakeCanBeSet() {
    MountOptions options =
        MountOptions.parse(List.of("memory_size=0", "timeout=5", "cache_size=0", "fill=auto"));
    assertThat(options.memoryBytes()).isZero();
    assertThat(options.timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(options.fill()).isTrue();
    assertThat(MountOptions.parse(options.words())).isEqualTo(options);
    for (String wrong : List.of("memory_size=65G", "timeout=0", "timeout=x", "fill=yes")) {
      assertThatThrownBy(() -> MountOptions.parse(List.of(wrong)))
          .as(wrong)
          .isInstanceOf(InvalidException.class);
    }
  }
}
