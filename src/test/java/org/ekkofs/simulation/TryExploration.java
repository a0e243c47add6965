package org.ekkofs.simulation;

import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.UnaryOperator;
import org.ekkofs.model.BackupName;

final class TryExploration {
  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("/dev/shm"), "sim");
    Template t = Template.of(folder.resolve("t"), List.of(new BackupName("p"), new BackupName("q")));
    SparseDisk disk = SparseDisk.empty(3).with(0, -1).with(64, -2).with(65, -3).with(128, -4);
    List<Role> roles = new ArrayList<>();
    for (String a : args) {
      switch (a) {
        case "w" -> roles.add(Role.writer("w", Optional.of("q"), disk.with(2, 7)));
        case "f" -> roles.add(Role.writer("f", Optional.empty(), SparseDisk.empty(2).with(3, 9)));
        case "w!" -> roles.add(Role.writer("w", Optional.of("q"), disk.with(2, 7)).underWay());
        case "f!" -> roles.add(Role.writer("f", Optional.empty(), SparseDisk.empty(2).with(3, 9)).underWay());
        case "d!" -> roles.add(Role.deleter("q").underWay());
        case "d" -> roles.add(Role.deleter("q"));
        case "D" -> roles.add(Role.deleter("p"));
        case "u" -> roles.add(Role.undeleter("q"));
        case "s" -> roles.add(Role.sweeper("sweeper"));
        case "S" -> roles.add(Role.sweeper("other sweeper"));
        case "r" -> roles.add(Role.revoker("w"));
      }
    }
    long t0 = System.nanoTime();
    String m = System.getProperty("mutant");
    Exploration e = new Exploration(roles, !Boolean.getBoolean("puts"), folder, m == null ? UnaryOperator.identity() : Mutant.valueOf(m).view());
    Thread th = new Thread(() -> { while (true) { try { Thread.sleep(10000); } catch (InterruptedException x) {} System.out.println(e); } }); th.setDaemon(true); th.start();
    try { e.run(t); } catch (Loss l) { System.out.println(l); }
    System.out.println(e);
    System.out.println((System.nanoTime() - t0) / 1e9 + " s");
  }
}
