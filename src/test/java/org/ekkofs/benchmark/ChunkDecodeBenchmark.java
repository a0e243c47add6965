package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.ekkofs.format.Chunk;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.Compression;
import org.ekkofs.model.SegmentSize;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a chunk of a whole segment costs when it comes from the store. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChunkDecodeBenchmark {
  private static final SegmentSize SIZE = SegmentSize.DEFAULT;

  /** What the tree compresses with; 0 stores as it is. */
  @Param({"0", "3"})
  public int level;

  private ChunkCodec codec;
  private byte[] object;

  /** Makes a chunk of a MiB of real data. */
  @Setup
  public void make() throws IOException {
    byte[] segment = new byte[SIZE.bytes()];
    try (RealData data = RealData.open()) {
      data.read(ByteBuffer.wrap(segment));
    }
    codec = new ChunkCodec(SIZE, new Compression(level));
    SegmentHash hash = SegmentHash.of(segment, segment.length, SIZE);
    object = codec.encode(segment, segment.length, hash, hash.nonZero());
  }

  /** Decompresses and verifies. */
  @Benchmark
  public Chunk decode() {
    return codec.decode(object);
  }
}
