package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.control.Command;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.SourceAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PicocliGrammarTest {
  private final PicocliGrammar grammar = new PicocliGrammar();

  static Stream<Arguments> lines() {
    BackupPath monday = BackupPath.parse("web/monday");
    Optional<BackupName> sunday = Optional.of(new BackupName("sunday"));
    return Stream.of(
        Arguments.of(
            "snapshot /dev/vg0/web1 web/monday",
            new Command.Snapshot(
                SourceAddress.parse("/dev/vg0/web1"),
                new SnapshotRequest(monday, Optional.empty()))),
        Arguments.of(
            "snapshot '/my disks/a' web/monday --parent=web/sunday",
            new Command.Snapshot(
                SourceAddress.parse("/my disks/a"), new SnapshotRequest(monday, sunday))),
        Arguments.of(
            "snapshot --parent web/sunday --segment-size 4M --compression 0 -- /-x web/monday",
            new Command.Snapshot(
                SourceAddress.parse("/-x"),
                new SnapshotRequest(
                    monday,
                    sunday,
                    Optional.of(new SegmentSize(4 << 20)),
                    Optional.of(new Compression(0))))),
        Arguments.of("delete web/monday", new Command.Delete(monday)),
        Arguments.of("undelete web/monday", new Command.Undelete(monday, Optional.empty())),
        Arguments.of("undelete web/monday --as sunday", new Command.Undelete(monday, sunday)),
        Arguments.of("protect web/monday", new Command.Protect(monday)),
        Arguments.of("unprotect web/monday", new Command.Unprotect(monday)),
        Arguments.of("sweep", new Command.Sweep(Optional.empty(), SweepOptions.DEFAULT, false)),
        Arguments.of(
            "sweep web --now --dry-run",
            new Command.Sweep(Optional.of(monday.tree()), SweepOptions.DEFAULT.now(), true)),
        Arguments.of(
            "sweep --undo-window 7d --abandoned-after 90m",
            new Command.Sweep(
                Optional.empty(),
                new SweepOptions(Duration.ofDays(7), Duration.ofMinutes(90), false),
                false)),
        Arguments.of("  refresh ", new Command.Refresh()));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void readsCommands(String line, Command command) {
    assertThat(grammar.parse(line)).isEqualTo(command);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                          | empty",
        "frobnicate                                  | no command",
        "ls                                          | no command",
        "mount /x                                    | no command",
        "--help                                      | unknown option",
        "delete web/a --help                         | unknown option",
        "delete                                      | TREE/NAME",
        "delete web                                  | does not name a backup",
        "delete web/a web/b                          | unmatched",
        "delete ../a                                 | not a tree name",
        "delete web/latest                           | reserved",
        "undelete web/a --as ..                      | not a backup name",
        "snapshot /a                                 | TREE/NAME",
        "snapshot /a web/b --parent db/c             | another tree",
        "snapshot /a web/b --segment-size 3M         | power of two",
        "snapshot /a web/b --segment-size x          | not a size",
        "snapshot /a web/b --compression 20          | 0 to 19",
        "snapshot /a web/b --compression x           | compression",
        "snapshot @/etc/passwd web/b --paren web/c   | unknown option",
        "'delete \"web/a'                            | closing",
        "protect                                     | TREE/NAME",
        "protect web                                 | does not name a backup",
        "sweep web/a                                 | not a tree name",
        "sweep --now --undo-window 1h                | only one",
        "sweep --undo-window 12                      | not a length of time",
        "sweep --dry-run --list                      | command line only",
        "sweep --json                                | command line only",
        "refresh now                                 | unmatched"
      })
  void saysWhatIsWrong(String line, String complaint) {
    assertThatThrownBy(() -> grammar.parse(line))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining(complaint);
  }
}
