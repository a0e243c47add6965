package org.ekkofs.testing;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.ekkofs.model.FailedException;
import org.ekkofs.source.DiskSource;

/** A disk as a test knows it: every byte of it, changed as the test likes. For one thread. */
public final class ModelDisk {
  private static final int GRAIN = 4096;

  private byte[] bytes;

  private ModelDisk(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A disk of zeros. */
  public static ModelDisk empty(int size) {
    return new ModelDisk(new byte[size]);
  }

  /** A disk full of bytes that do not compress. */
  public static ModelDisk full(int size, Random random) {
    ModelDisk disk = empty(size);
    random.nextBytes(disk.bytes);
    return disk;
  }

  /** A disk of runs of noise, of text that compresses, and of nothing. */
  public static ModelDisk random(int size, Random random) {
    ModelDisk disk = empty(size);
    for (int at = 0; at < size; ) {
      int length = Math.min(size - at, 1 + random.nextInt(300_000));
      switch (random.nextInt(3)) {
        case 0 -> disk.write(at, noise(length, random));
        case 1 -> disk.write(at, text(length, random));
        default -> disk.zero(at, length);
      }
      at += length;
    }
    return disk;
  }

  private static byte[] noise(int length, Random random) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] text(int length, Random random) {
    byte[] text = new byte[length];
    for (int at = 0; at < length; at++) {
      text[at] = (byte) ('a' + (random.nextInt() & 3));
    }
    return text;
  }

  /** Another disk with the same bytes. */
  public ModelDisk copy() {
    return new ModelDisk(bytes.clone());
  }

  /** Its size in bytes. */
  public int size() {
    return bytes.length;
  }

  /** The bytes themselves. */
  public byte[] bytes() {
    return bytes;
  }

  /** Writes into the disk. */
  public ModelDisk write(int offset, byte[] data) {
    System.arraycopy(data, 0, bytes, offset, data.length);
    return this;
  }

  /** Writes noise into the disk, clipped at its end. */
  public ModelDisk scribble(int offset, int length, Random random) {
    return write(offset, noise(Math.max(0, Math.min(length, size() - offset)), random));
  }

  /** Writes zeros, clipped at the end. */
  public ModelDisk zero(int offset, int length) {
    int from = Math.min(size(), offset);
    Arrays.fill(bytes, from, Math.min(size(), from + length), (byte) 0);
    return this;
  }

  /** Makes the disk longer, by zeros, or shorter. */
  public ModelDisk resize(int size) {
    bytes = Arrays.copyOf(bytes, size);
    return this;
  }

  /** Whether there is nothing but zeros in the range, which is clipped at the end. */
  public boolean isZero(int from, int to) {
    for (int at = from; at < Math.min(to, size()); at++) {
      if (bytes[at] != 0) {
        return false;
      }
    }
    return true;
  }

  /** How many bytes are in blocks that are not all zero. */
  public long dataBytes(int blockBytes) {
    long data = 0;
    for (int at = 0; at < size(); at += blockBytes) {
      data += isZero(at, at + blockBytes) ? 0 : Math.min(blockBytes, size() - at);
    }
    return data;
  }

  /** This disk to be backed up; it knows its holes if asked to. */
  public DiskSource source(boolean holes) {
    return new Source(bytes, holes);
  }

  /** Reads an array; some stretches of zeros are data to it, as in real files. */
  private record Source(byte[] bytes, boolean holes) implements DiskSource {
    @Override
    public String description() {
      return "a model";
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public void read(long offset, ByteBuffer target) {
      if (offset < 0 || offset + target.remaining() > bytes.length) {
        throw new FailedException("read past the end: " + target.remaining() + " at " + offset);
      }
      target.put(bytes, (int) offset, target.remaining());
    }

    private boolean isHole(long grain) {
      int from = (int) grain * GRAIN;
      int to = Math.min(bytes.length, from + GRAIN);
      return grain % 7 != 3 && Arrays.equals(bytes, from, to, new byte[GRAIN], 0, to - from);
    }

    @Override
    public long nextData(long offset) {
      return holes ? next(offset, false) : Math.min(offset, bytes.length);
    }

    @Override
    public long nextHole(long offset) {
      return holes ? next(offset, true) : bytes.length;
    }

    private long next(long offset, boolean hole) {
      for (long at = offset; at < bytes.length; at = (at / GRAIN + 1) * GRAIN) {
        if (isHole(at / GRAIN) == hole) {
          return at;
        }
      }
      return bytes.length;
    }

    @Override
    public void checkUnchanged() {}

    @Override
    public void close() {}
  }
}
