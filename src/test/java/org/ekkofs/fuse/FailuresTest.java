package org.ekkofs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.RejectedExecutionException;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private final Failures failures = new Failures();

  @Test
  void everyFailureHasItsNumber() {
    assertThat(failures.errno(new ErrnoException(Errno.EROFS))).isEqualTo(30);
    assertThat(failures.errno(new NotFoundException("no such backup"))).isEqualTo(2);
    assertThat(failures.errno(new CorruptException("chunk"))).isEqualTo(5);
    assertThat(failures.errno(new InterruptedException())).isEqualTo(4);
    assertThat(failures.errno(new RejectedExecutionException())).isEqualTo(16);
    assertThat(failures.errno(new IllegalStateException("bug"))).isEqualTo(5);
    assertThat(failures.errno(new StackOverflowError())).isEqualTo(5);
  }
}
