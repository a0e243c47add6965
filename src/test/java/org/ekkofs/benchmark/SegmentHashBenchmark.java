package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.ekkofs.format.SegmentHash;
import org.ekkofs.model.SegmentSize;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to hash a segment, as a snapshot does for every one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SegmentHashBenchmark {
  private static final SegmentSize SIZE = SegmentSize.DEFAULT;

  private byte[] segment;

  /** Takes a MiB of real data. */
  @Setup
  public void make() throws IOException {
    segment = new byte[SIZE.bytes()];
    try (RealData data = RealData.open()) {
      data.read(ByteBuffer.wrap(segment));
    }
  }

  /** Digests of all blocks and of the segment. */
  @Benchmark
  public SegmentHash hash() {
    return SegmentHash.of(segment, segment.length, SIZE);
  }
}
