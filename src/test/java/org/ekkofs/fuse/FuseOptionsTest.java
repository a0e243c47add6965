package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.ekkofs.model.InvalidException;
import org.junit.jupiter.api.Test;

class FuseOptionsTest {
  @Test
  void bindingsAreParsedFromWhatTheyPrint() {
    assertThat(Binding.parse("auto")).isEqualTo(Binding.AUTO);
    assertThat(Binding.parse("fuse3")).isEqualTo(Binding.FUSE3);
    assertThat(Binding.parse("fuse2")).isEqualTo(Binding.FUSE2);
  }

  @Test
  void otherBindingsAreInvalid() {
    assertThatThrownBy(() -> Binding.parse("FUSE3"))
        .isInstanceOf(InvalidException.class)
        .hasMessage("\"FUSE3\" is not a FUSE binding: write auto, fuse3 or fuse2");
  }

  @Test
  void numbersOutOfRangeAreInvalid() {
    assertThatThrownBy(() -> with(0, 16, "x")).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> with(65, 16, "x")).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> with(4, 0, "x")).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> with(4, 513, "x")).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> with(4, 16, "")).isInstanceOf(InvalidException.class);
    assertThatThrownBy(() -> with(4, 16, "a\nb")).isInstanceOf(InvalidException.class);
    assertThat(with(64, 512, "x").readThreads()).isEqualTo(512);
  }

  private static FuseOptions with(int loops, int reads, String fsname) {
    return new FuseOptions(Binding.AUTO, false, fsname, loops, reads, Duration.ZERO);
  }

  @Test
  void oneThingCanBeChanged() {
    FuseOptions options = FuseOptions.defaults();
    assertThat(options.withAllowOther(true).allowOther()).isTrue();
    assertThat(options.withFsname("s3://b").fsname()).isEqualTo("s3://b");
    assertThat(options.withBinding(Binding.FUSE2).binding()).isEqualTo(Binding.FUSE2);
  }

  @Test
  void separatorsInOptionValuesAreEscaped() {
    assertThat(FuseDevice.escape("a,b\\c")).isEqualTo("a\\,b\\\\c");
  }

  @Test
  void nativeNamesFollowFromTheMethods() {
    assertThat(Fuse3Library.nativeName("version")).isEqualTo("fuse_version");
    assertThat(Fuse3Library.nativeName("lowlevelNotifyInvalEntry"))
        .isEqualTo("fuse_lowlevel_notify_inval_entry");
  }
}
