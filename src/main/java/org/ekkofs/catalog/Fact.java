package org.ekkofs.catalog;

/** What can be remembered of a backup besides the log, as bytes that never change. */
public enum Fact {
  /** Its references object, as it lies in the store. */
  REFERENCES(0),
  /** How long the chunks are that it stored. */
  CHUNK_LENGTHS(1);

  private final int number;

  Fact(int number) {
    this.number = number;
  }

  /** What stands for it in the database. */
  int number() {
    return number;
  }
}
