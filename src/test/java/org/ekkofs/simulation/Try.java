package org.ekkofs.simulation;

import java.nio.file.*;
import java.util.concurrent.*;

final class Try {
  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("/dev/shm"), "sim");
    ExecutorService threads = Executors.newCachedThreadPool(r -> { Thread t = new Thread(r); t.setDaemon(true); return t; });
    Tally tally = new Tally();
    Simulation s = System.getProperty("mutant") == null ? new Simulation(folder, threads, tally) : new Simulation(folder, threads, tally, Mutant.valueOf(System.getProperty("mutant")).view());
    long from = Long.parseLong(args[0]); long to = Long.parseLong(args[1]);
    boolean trace = args.length > 2;
    long t0 = System.nanoTime();
    int failures = 0;
    for (long seed = from; seed < to; seed++) {
      try { s.run(Choices.random(seed), trace ? System.out::println : Simulation.UNHEARD); }
      catch (Loss e) { System.out.println(seed + ": " + e); if (trace) e.printStackTrace(System.out); if (++failures > 15) break; }
    }
    System.out.println(tally);
    System.out.println((System.nanoTime() - t0) / 1e6 / (to - from) + " ms each");
    System.exit(0);
  }
}
