package org.ekkofs.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** What can become of a file under the hands of those who use it. */
public enum FileDamage {
  /** Other bytes all over. */
  NOISE {
    @Override
    void damage(FileChannel file, long length, Random random) throws IOException {
      overwrite(file, length, random::nextBytes);
    }
  },
  /** Nothing but zeros, and no shorter. */
  ZEROS {
    @Override
    void damage(FileChannel file, long length, Random random) throws IOException {
      overwrite(file, length, bytes -> {});
    }
  },
  /** No bytes at all. */
  EMPTY {
    @Override
    void damage(FileChannel file, long length, Random random) throws IOException {
      file.truncate(0);
    }
  },
  /** Cut in the middle. */
  HALF {
    @Override
    void damage(FileChannel file, long length, Random random) throws IOException {
      file.truncate(length / 2);
    }
  },
  /** A few bits are the other ones. */
  BITS {
    @Override
    void damage(FileChannel file, long length, Random random) throws IOException {
      ByteBuffer one = ByteBuffer.allocate(1);
      for (int flips = length == 0 ? 0 : FLIPS; flips > 0; flips--) {
        long at = Math.floorMod(random.nextLong(), length);
        file.read(one.clear(), at);
        one.put(0, (byte) (one.get(0) ^ (1 << random.nextInt(8))));
        file.write(one.flip(), at);
      }
    }
  };

  private static final int FLIPS = 20;
  private static final int STEP = 1 << 16;

  private interface Filling {
    void fill(byte[] bytes);
  }

  abstract void damage(FileChannel file, long length, Random random) throws IOException;

  /** Does it to a file, in place; one that has just gone is left alone. */
  public void to(Path file, Random random) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      damage(channel, channel.size(), random);
    } catch (NoSuchFileException gone) {
      return;
    }
  }

  private static void overwrite(FileChannel file, long length, Filling filling) throws IOException {
    byte[] bytes = new byte[STEP];
    for (long at = 0; at < length; at += STEP) {
      filling.fill(bytes);
      file.write(ByteBuffer.wrap(bytes, 0, (int) Math.min(STEP, length - at)), at);
    }
  }
}
