package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code qemu-img convert} of a disk in a mount whose cache is warm, against the plain file in the
 * page cache, and against what QEMU itself has to offer for a chain of qcow2 overlays.
 */
final class Convert implements Work.Measurement {
  private static final double FULL = 2;
  private static final double SPARSE = 1.3;
  private static final double PASSTHROUGH = 1.2;

  /**
   * Where to read from.
   *
   * @param evicted whether the kernel must forget the file before
   */
  private record Source(String address, boolean evicted) {}

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    convert("full of data", lab.full(), FULL, lab, report);
    convert("95 % holes", lab.sparse(), SPARSE, lab, report);
  }

  private static void convert(String what, Disk disk, double limit, Lab lab, Report report)
      throws IOException, InterruptedException {
    Path cache = lab.unused("cache");
    Server ours = lab.mount(disk, cache);
    String image = ours.file().toString();
    Programs.run("qemu-img", "compare", "-f", "raw", "-F", "raw", disk.raw(), image);
    Source plain = new Source(disk.raw().toString(), false);
    Map<String, Source> sources = new LinkedHashMap<>();
    sources.put("plain file", plain);
    Server nbd = nbd(disk, lab);
    sources.put("qemu-nbd, qcow2 chain", new Source("nbd+unix:///?socket=" + nbd.file(), false));
    Server daemon = storageDaemon(disk, lab);
    sources.put("qemu FUSE, qcow2 chain", new Source(daemon.file().toString(), true));
    for (String format : new String[] {"raw", "qcow2"}) {
      Map<String, Samples> samples = measure(new Source(image, true), sources, format, lab);
      Samples our = samples.remove("");
      samples.forEach(
          (name, their) ->
              report.add(
                  Row.ratio(
                      "convert to " + format + ", " + what,
                      "s",
                      our,
                      name,
                      their,
                      name.equals("plain file") ? Goal.atMost(limit) : Goal.NONE)));
    }
    lab.stop(nbd);
    lab.stop(daemon);
    lab.stop(ours);
    if (canFill(lab)) {
      passThrough(what, disk, cache, plain, lab, report);
    }
    Folders.remove(cache);
  }

  /** Ours under the empty name. */
  private static Map<String, Samples> measure(
      Source ours, Map<String, Source> others, String format, Lab lab)
      throws IOException, InterruptedException {
    Map<String, Source> all = new LinkedHashMap<>(Map.of("", ours));
    all.putAll(others);
    Map<String, Samples> samples = new LinkedHashMap<>();
    for (int run = -1; run < lab.options().runs(); run++) {
      for (Map.Entry<String, Source> source : all.entrySet()) {
        double seconds = seconds(source.getValue(), format, lab);
        if (run >= 0) {
          samples.computeIfAbsent(source.getKey(), name -> new Samples()).add(seconds);
        }
      }
    }
    return samples;
  }

  private static double seconds(Source source, String format, Lab lab)
      throws IOException, InterruptedException {
    if (source.evicted()) {
      Reader.evict(Path.of(source.address()));
    }
    Path target = lab.path("converted");
    double seconds =
        Programs.seconds(
            "qemu-img", "convert", "-f", "raw", "-O", format, source.address(), target);
    Files.delete(target);
    return seconds;
  }

  private static Server nbd(Disk disk, Lab lab) throws IOException, InterruptedException {
    Path socket = lab.unused("nbd");
    return lab.serve(
        socket, socket, "qemu-nbd", "-r", "-t", "-f", "qcow2", "-k", socket, disk.qcow2());
  }

  private static Server storageDaemon(Disk disk, Lab lab) throws IOException, InterruptedException {
    Path file = Files.createFile(lab.unused("daemon"));
    return lab.serve(
        file,
        file,
        "qemu-storage-daemon",
        "--blockdev",
        "driver=qcow2,node-name=d,read-only=on,file.driver=file,file.filename=" + disk.qcow2(),
        "--export",
        "type=fuse,id=e,node-name=d,writable=off,mountpoint=" + file);
  }

  private static boolean canFill(Lab lab) throws InterruptedException {
    try {
      return lab.ekkofs("cache", "--help").contains("fill");
    } catch (IOException e) {
      return false;
    }
  }

  private static void passThrough(
      String what, Disk disk, Path cache, Source plain, Lab lab, Report report)
      throws IOException, InterruptedException {
    lab.ekkofs(cache, "cache", "fill", disk.name());
    Server ours = lab.mount(disk, cache);
    Source image = new Source(ours.file().toString(), true);
    Map<String, Samples> samples = measure(image, Map.of("plain file", plain), "raw", lab);
    report.add(
        Row.ratio(
            "convert to raw, " + what + ", filled",
            "s",
            samples.get(""),
            "plain file",
            samples.get("plain file"),
            Goal.atMost(PASSTHROUGH)));
    lab.stop(ours);
  }
}
