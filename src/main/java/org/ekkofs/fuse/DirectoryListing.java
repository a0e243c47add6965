package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.ekkofs.vfs.Attributes;
import org.ekkofs.vfs.DirectoryNode;

/**
 * What a directory held when it was opened. Readers go on from any entry by its number: 0 is ".", 1
 * is "..", and the rest follow.
 */
final class DirectoryListing {
  /** Before the name in {@code struct fuse_dirent}: inode, next number, length, type. */
  private static final int HEADER = 24;

  /** From the bits of st_mode to d_type. */
  private static final int TYPE_SHIFT = 12;

  private final long inode;
  private final List<DirectoryNode.Entry> entries;

  DirectoryListing(DirectoryNode directory) {
    this.inode = directory.attributes().inode();
    this.entries = List.copyOf(directory.list());
  }

  /** How many entries there are, "." and ".." included. */
  int size() {
    return entries.size() + 2;
  }

  /** The entry of this number, from 0 to below {@link #size}. */
  DirectoryNode.Entry entry(int number) {
    return switch (number) {
      case 0 -> new DirectoryNode.Entry(".", inode, Attributes.Type.DIRECTORY);
      case 1 -> new DirectoryNode.Entry("..", inode, Attributes.Type.DIRECTORY);
      default -> entries.get(number - 2);
    };
  }

  /**
   * Writes as many entries as there is room for, in the kernel's form.
   *
   * @param first number of the first entry
   * @return how many bytes were written; none at the end
   */
  int write(long first, ByteBuffer target) {
    int start = target.position();
    for (long number = Math.max(0, first); number < size(); number++) {
      if (!write(entry((int) number), number + 1, target)) {
        break;
      }
    }
    return target.position() - start;
  }

  private static boolean write(DirectoryNode.Entry entry, long next, ByteBuffer target) {
    byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
    int length = HEADER + name.length;
    int padding = -length & (Long.BYTES - 1);
    if (target.remaining() < length + padding) {
      return false;
    }
    target.putLong(entry.inode()).putLong(next).putInt(name.length);
    target.putInt(StatLayout.typeBits(entry.type()) >> TYPE_SHIFT).put(name);
    for (int i = 0; i < padding; i++) {
      target.put((byte) 0);
    }
    return true;
  }
}
