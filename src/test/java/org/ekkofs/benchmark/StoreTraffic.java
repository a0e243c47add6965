package org.ekkofs.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.ekkofs.store.Body;
import org.ekkofs.store.ConnectionSettings;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/** Putting and getting objects of half a MiB, through ekkofs' stores and by HTTP alone. */
final class StoreTraffic {
  private static final int OBJECT_BYTES = 512 << 10;
  private static final double MIB = 1 << 20;

  private final RemoteLab remote;
  private final ObjectStore store;
  private final int objects;
  private final int runs;
  private final byte[] content = new byte[OBJECT_BYTES];

  StoreTraffic(RemoteLab remote, ObjectStore store, Options options) {
    this.remote = remote;
    this.store = store;
    this.objects = (int) (options.bytes() / OBJECT_BYTES);
    this.runs = options.runs();
    new Random(7).nextBytes(content);
  }

  void measure(Report report) throws IOException, InterruptedException {
    Samples puts = new Samples();
    Samples plainPuts = new Samples();
    Samples gets = new Samples();
    Samples plainGets = new Samples();
    for (int run = -1; run < runs; run++) {
      double put = rate(n -> store.put(new ObjectKey(key("ekkofs", n)), Body.of(content)));
      double plainPut = rate(n -> remote.plain().put(key("plain", n), content));
      double get =
          rate(n -> check(store.get(new ObjectKey(key("ekkofs", n)), OBJECT_BYTES).orElseThrow()));
      double plainGet = rate(n -> check(remote.plain().get(key("plain", n))));
      if (run >= 0) {
        puts.add(put);
        plainPuts.add(plainPut);
        gets.add(get);
        plainGets.add(plainGet);
      }
    }
    String unit = "MiB/s";
    report.add(Row.ratio(remote.name() + ": put", unit, puts, "plain HTTP", plainPuts, Goal.NONE));
    report.add(Row.ratio(remote.name() + ": get", unit, gets, "plain HTTP", plainGets, Goal.NONE));
  }

  private static String key(String who, int number) {
    return "trees/%s/chunks/owner/%08x".formatted(who, number);
  }

  private static void check(byte[] bytes) {
    if (bytes.length != OBJECT_BYTES) {
      throw new IllegalStateException(bytes.length + " bytes came");
    }
  }

  /** Does it with every object, with as many threads as there are connections; gives MiB/s. */
  private double rate(IntConsumer action) throws InterruptedException {
    ExecutorService threads =
        Executors.newFixedThreadPool(ConnectionSettings.DEFAULT.connections());
    try {
      long begun = System.nanoTime();
      List<Future<?>> all = new ArrayList<>();
      for (int n = 0; n < objects; n++) {
        int number = n;
        all.add(threads.submit(() -> action.accept(number)));
      }
      for (Future<?> each : all) {
        each.get();
      }
      return objects * (OBJECT_BYTES / MIB) / ((System.nanoTime() - begun) / 1e9);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
    }
  }
}
