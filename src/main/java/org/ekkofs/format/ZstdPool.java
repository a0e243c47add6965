package org.ekkofs.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.ekkofs.model.CorruptException;

/**
 * Compresses and decompresses single frames with contexts that are used again: making one costs
 * more than compressing a small chunk. They hold native memory, so they lie in a pool, which grows
 * to as many as ever ran at once, rather than with threads, which come and go. Thread-safe.
 */
final class ZstdPool {
  private static final ConcurrentLinkedQueue<ZstdCompressCtx> COMPRESSORS =
      new ConcurrentLinkedQueue<>();
  private static final ConcurrentLinkedQueue<ZstdDecompressCtx> DECOMPRESSORS =
      new ConcurrentLinkedQueue<>();

  private ZstdPool() {}

  /**
   * Compresses one part of an array into one frame in another.
   *
   * @return how long it is; -1 if it does not fit
   */
  static int compress(Slice source, Slice target, int level) {
    ZstdCompressCtx pooled = COMPRESSORS.poll();
    ZstdCompressCtx context = pooled == null ? new ZstdCompressCtx() : pooled;
    try {
      return context
          .setLevel(level)
          .compressByteArray(
              target.bytes,
              target.offset,
              target.length,
              source.bytes,
              source.offset,
              source.length);
    } catch (ZstdException e) {
      if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
        return -1;
      }
      throw e;
    } finally {
      COMPRESSORS.add(context);
    }
  }

  /**
   * Decompresses one frame that fills the target exactly.
   *
   * @throws CorruptException if the source is anything but such a frame
   */
  static void decompress(Slice source, byte[] target) {
    if (!isFrameOf(source, target.length)) {
      throw new CorruptException("its data is not one zstd frame of the length in its header");
    }
    ZstdDecompressCtx pooled = DECOMPRESSORS.poll();
    ZstdDecompressCtx context = pooled == null ? new ZstdDecompressCtx() : pooled;
    try {
      int length =
          context.decompressByteArray(
              target, 0, target.length, source.bytes, source.offset, source.length);
      if (length != target.length) {
        throw new CorruptException("its data is shorter than its header says");
      }
    } catch (ZstdException e) {
      throw new CorruptException("its data does not decompress: " + e.getMessage(), e);
    } finally {
      DECOMPRESSORS.add(context);
    }
  }

  private static boolean isFrameOf(Slice source, int content) {
    try {
      return source.length > 0
          && Zstd.findFrameCompressedSize(source.bytes, source.offset, source.length)
              == source.length
          && Zstd.getFrameContentSize(source.bytes, source.offset, source.length) == content;
    } catch (ZstdException notEvenAFrame) {
      return false;
    }
  }
}
