package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
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
        "ro",
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
        "binding=fuse9"
      })
  void refusesWhatItDoesNotKnow(String option) {
    assertThatThrownBy(() -> MountOptions.parse(List.of(option)))
        .isInstanceOf(InvalidException.class);
  }
}
