package org.ekkofs.testing;

import java.util.List;
import java.util.Optional;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.backup.SweepOptions;
import org.ekkofs.control.Command;
import org.ekkofs.control.Grammar;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.TreeName;
import org.ekkofs.source.SourceAddress;

/** As much of the grammar as tests of jobs need; words are cut at single spaces. */
public final class WordGrammar implements Grammar {
  @Override
  public Command parse(String line) {
    List<String> words = List.of(line.split(" "));
    return switch (words.get(0) + " " + words.size()) {
      case "snapshot 3" -> snapshot(words, Optional.empty());
      case "snapshot 5" -> snapshot(words, Optional.of(new BackupName(words.get(4))));
      case "delete 2" -> new Command.Delete(BackupPath.parse(words.get(1)));
      case "undelete 2" -> new Command.Undelete(BackupPath.parse(words.get(1)), Optional.empty());
      case "undelete 4" ->
          new Command.Undelete(
              BackupPath.parse(words.get(1)), Optional.of(new BackupName(words.get(3))));
      case "protect 2" -> new Command.Protect(BackupPath.parse(words.get(1)));
      case "unprotect 2" -> new Command.Unprotect(BackupPath.parse(words.get(1)));
      case "sweep 1" -> new Command.Sweep(Optional.empty(), SweepOptions.DEFAULT.now(), false);
      case "sweep 2" ->
          new Command.Sweep(
              Optional.of(new TreeName(words.get(1))), SweepOptions.DEFAULT.now(), false);
      case "refresh 1" -> new Command.Refresh();
      default -> throw new InvalidException("\"" + words.get(0) + "\" is no command");
    };
  }

  private static Command snapshot(List<String> words, Optional<BackupName> parent) {
    return new Command.Snapshot(
        SourceAddress.parse(words.get(1)),
        new SnapshotRequest(BackupPath.parse(words.get(2)), parent));
  }
}
