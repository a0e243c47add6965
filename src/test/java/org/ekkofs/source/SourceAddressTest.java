package org.ekkofs.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.ekkofs.model.InvalidException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourceAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"/dev/vg0/web", "web.qcow2", "a:b", "./nbd://x", "qmp", "nbd:x", "json:{}"})
  void whatBeginsLikeNothingElseIsAPath(String text) {
    assertThat(SourceAddress.parse(text)).isEqualTo(new SourceAddress.Image(Path.of(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nbd://host/disk",
        "nbd://[::1]:10809/",
        "nbd+unix:///?socket=/run/s",
        "nbd+unix:///a%20b?socket=/run/s"
      })
  void readsAddressesOfNbdServers(String text) {
    assertThat(SourceAddress.parse(text)).isEqualTo(new SourceAddress.Nbd(text)).hasToString(text);
  }

  @Test
  void readsDisksOfMachines() {
    String text = "qmp:/run/a?b.qmp?node=disk0";
    assertThat(SourceAddress.parse(text))
        .isEqualTo(new SourceAddress.Machine(Path.of("/run/a?b.qmp"), "disk0"))
        .hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                              | empty",
        "qmp:/run/vm.qmp                 | which disk",
        "qmp:/run/vm.qmp?node=           | which disk",
        "qmp:/run/vm.qmp?disk=a          | which disk",
        "qmp:?node=a                     | empty",
        "qmp:/run/vm.qmp?node=a b        | no name of a node",
        "qmp:/run/vm.qmp?node=a&agent=b  | no name of a node",
        "nbd:///x                        | no host",
        "nbd+unix:///x                   | no socket",
        "nbd+unix:///x?socket=           | no socket",
        "nbd://h/a b                     | no NBD address",
        "nbds://h/a                      | cannot be backed up",
        "https://h/a                     | cannot be backed up"
      })
  void saysWhatIsWrong(String text, String complaint) {
    assertThatThrownBy(() -> SourceAddress.parse(text))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining(complaint);
  }
}
