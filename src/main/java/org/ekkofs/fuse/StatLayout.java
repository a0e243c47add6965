package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.ekkofs.vfs.Attributes;

/**
 * Where the fields of {@code struct stat} lie; what is not named here lies at the same place
 * everywhere.
 *
 * @param size of the struct
 * @param mode st_mode, 4 bytes
 * @param links st_nlink
 * @param linksSize how many bytes st_nlink has
 * @param uid st_uid, 4 bytes, followed by st_gid
 */
record StatLayout(int size, int mode, int links, int linksSize, int uid) {
  static final StatLayout X86_64 = new StatLayout(144, 24, 16, 8, 28);
  static final StatLayout AARCH64 = new StatLayout(128, 16, 20, 4, 24);

  static final int INODE = 8;
  static final int SIZE = 48;
  static final int BLOCK_SIZE = 56;
  static final int BLOCKS = 64;
  static final int ACCESSED = 72;
  static final int MODIFIED = 88;
  static final int CHANGED = 104;

  private static final int S_IFDIR = 0040000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFLNK = 0120000;
  private static final int PREFERRED_BLOCK = 1 << 20;

  /** The layout of this machine, if it is one that the bindings know. */
  static Optional<StatLayout> ofThisMachine() {
    return switch (System.getProperty("os.arch", "")) {
      case "amd64", "x86_64" -> Optional.of(X86_64);
      case "aarch64" -> Optional.of(AARCH64);
      default -> Optional.empty();
    };
  }

  /** Writes the attributes over zeros at the offset. */
  void write(ByteBuffer target, int at, Attributes attributes) {
    target.putLong(at + INODE, attributes.inode());
    target.putInt(at + mode, typeBits(attributes.type()) | (attributes.permissions() & 0777));
    int count = attributes.type() == Attributes.Type.DIRECTORY ? 2 : 1;
    if (linksSize == Long.BYTES) {
      target.putLong(at + links, count);
    } else {
      target.putInt(at + links, count);
    }
    target.putInt(at + uid, attributes.uid());
    target.putInt(at + uid + Integer.BYTES, attributes.gid());
    target.putLong(at + SIZE, attributes.size());
    target.putInt(at + BLOCK_SIZE, PREFERRED_BLOCK);
    target.putLong(at + BLOCKS, attributes.blocks512());
    Instant modified = attributes.modified();
    long seconds = modified.getEpochSecond();
    int nanos = modified.getNano();
    for (int time : new int[] {ACCESSED, MODIFIED, CHANGED}) {
      target.putLong(at + time, seconds);
      target.putLong(at + time + Long.BYTES, nanos);
    }
  }

  /** The S_IFMT bits of st_mode. */
  static int typeBits(Attributes.Type type) {
    return switch (type) {
      case DIRECTORY -> S_IFDIR;
      case FILE -> S_IFREG;
      case LINK -> S_IFLNK;
    };
  }
}
