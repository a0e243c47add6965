package org.ekkofs.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.control.Command;
import org.ekkofs.control.SourceDisk;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.Compression;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.SegmentSize;
import org.ekkofs.source.ImageFormat;
import org.ekkofs.source.SourceAddress;
import org.ekkofs.source.SourceOptions;
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
        Arguments.of(
            "snapshot /a.img web/monday --format qcow2 --allow-backing /b --allow-backing /c"
                + " --secret-file /s --changed-only --parent web/sunday --check 5",
            new Command.Snapshot(
                List.of(
                    new SourceDisk(
                        SourceAddress.parse("/a.img"),
                        new SnapshotRequest(monday, sunday).withCheck(5))),
                new SourceOptions(
                    Optional.of(ImageFormat.QCOW2),
                    List.of(Path.of("/b"), Path.of("/c")),
                    Optional.of(Path.of("/s")),
                    Optional.empty(),
                    true))),
        Arguments.of(
            "snapshot nbd+unix:///x?socket=/s web/monday --bitmap b --parent web/sunday",
            new Command.Snapshot(
                List.of(
                    new SourceDisk(
                        new SourceAddress.Nbd("nbd+unix:///x?socket=/s"),
                        new SnapshotRequest(monday, sunday))),
                new SourceOptions(
                    Optional.empty(), List.of(), Optional.empty(), Optional.of("b"), false))),
        Arguments.of(
            "snapshot 'qmp:/run/vm?node=a' web/monday 'qmp:/run/vm?node=b' data/monday",
            new Command.Snapshot(
                List.of(
                    new SourceDisk(
                        new SourceAddress.Machine(Path.of("/run/vm"), "a"),
                        new SnapshotRequest(monday, Optional.empty())),
                    new SourceDisk(
                        new SourceAddress.Machine(Path.of("/run/vm"), "b"),
                        new SnapshotRequest(BackupPath.parse("data/monday"), Optional.empty()))),
                SourceOptions.DEFAULT)),
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
        "snapshot /a web/b /c                        | the last one is not",
        "snapshot                                    | SOURCE TREE/NAME",
        "snapshot /a web/b /c web/d                  | command of its own",
        "snapshot qmp:/s?node=a web/b qmp:/t?node=a web/c | one machine",
        "snapshot qmp:/s?node=a web/b qmp:/s?node=a web/c | once",
        "snapshot qmp:/s?node=a web/b qmp:/s?node=b web/b | once",
        "snapshot qmp:/s?node=a web/b qmp:/s?node=b web/c --parent web/a | several disks",
        "snapshot qmp:/s web/b                       | which disk",
        "snapshot qmp:/s?node=a web/b --format raw   | not for",
        "snapshot qmp:/s?node=a web/b --bitmap x --parent web/a | running machines",
        "snapshot nbd://h/x web/b --changed-only --parent web/a | not for",
        "snapshot /a web/b --bitmap x                | needs --parent",
        "snapshot /a web/b --changed-only            | needs --parent",
        "snapshot /a web/b --changed-only --bitmap x --parent web/a | only one",
        "snapshot /a web/b --format iso              | no format",
        "snapshot /a web/b --check 101               | percentage",
        "snapshot /a web/b --check x                 | check",
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
