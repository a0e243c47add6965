package org.ekkofs.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class CausesTest {
  @Test
  void saysWhyAndNotWhich() {
    assertThat(Causes.of(new AccessDeniedException("/a"))).isEqualTo("permission denied");
    assertThat(Causes.of(new FileSystemException("/a", null, "Not a directory")))
        .isEqualTo("Not a directory");
    assertThat(Causes.of(new FileNotFoundException("/a (b) (No space left on device)")))
        .isEqualTo("No space left on device");
    assertThat(Causes.of(new IOException("Broken pipe"))).isEqualTo("Broken pipe");
  }

  @Test
  void isNeverEmpty() {
    assertThat(Causes.of(new FileSystemException("/a"))).isEqualTo("FileSystemException");
    assertThat(Causes.of(new IOException())).isEqualTo("IOException");
  }
}
