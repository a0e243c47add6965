package org.ekkofs.model;

/** A backup as the user writes it: {@code TREE/NAME}. */
public record BackupPath(TreeName tree, BackupName name) {
  /**
   * Parses {@code TREE/NAME}.
   *
   * @throws InvalidException if there is not exactly one slash, or a name breaks its rules
   */
  public static BackupPath parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || slash != text.lastIndexOf('/')) {
      throw new InvalidException(
          "\"%s\" does not name a backup: write TREE/NAME, for example web/monday"
              .formatted(Names.printable(text)));
    }
    return new BackupPath(
        new TreeName(text.substring(0, slash)), new BackupName(text.substring(slash + 1)));
  }

  @Override
  public String toString() {
    return tree + "/" + name;
  }
}
