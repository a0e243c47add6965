package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What {@link BackupDisk#readNow} costs, without FUSE, when everything is in memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WarmReadBenchmark {
  private static final int DISK_BYTES = 16 << 20;

  /** How much is read at once, in bytes. */
  @Param({"4096", "1048576"})
  public int bytes;

  private Path folder;
  private TestRepository repository;
  private AutoCloseable cache;
  private BackupDisk disk;
  private ByteBuffer target;
  private int offset;

  /** Backs up a disk twice, so that segments have two layers, and reads it once. */
  @Setup
  public void make() throws IOException, InterruptedException {
    folder = Files.createTempDirectory("ekkofs-bench-");
    repository = TestRepository.create(folder);
    Random random = new Random(1);
    ModelDisk model = ModelDisk.full(DISK_BYTES, random);
    repository.snapshot(model, "one", "");
    for (int at = 0; at < DISK_BYTES; at += 1 << 20) {
      model.scribble(at, 50_000, random);
    }
    TrackedBackup backup = repository.snapshot(model, "two", "one");
    var memory = repository.cache();
    cache = memory;
    disk = repository.open(backup, memory);
    disk.read(0, ByteBuffer.allocate(DISK_BYTES));
    target = ByteBuffer.allocateDirect(bytes);
  }

  /** Reads what comes next. */
  @Benchmark
  public int readNow() {
    offset = (offset + bytes) % DISK_BYTES;
    int count = disk.readNow(offset, target.clear());
    if (count != bytes) {
      throw new IllegalStateException("not in memory");
    }
    return count;
  }

  /** Removes it all. */
  @TearDown
  public void remove() throws Exception {
    disk.close();
    cache.close();
    repository.close();
    Folders.remove(folder);
  }
}
