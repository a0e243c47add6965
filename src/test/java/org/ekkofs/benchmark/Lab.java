package org.ekkofs.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A folder with disks and a repository of their backups, and the servers that run on them. All of
 * it is gone when this is closed, or the process is interrupted. For one thread.
 */
final class Lab implements AutoCloseable {
  private static final Path PAGE_CACHE = Path.of("/proc/sys/vm/drop_caches");
  private static final int SPARSE_FACTOR = 8;
  private static final Path LAUNCHER = Path.of(System.getProperty("ekkofs.launcher"));

  private final Options options;
  private final Report report;
  private final Path folder;
  private final AtomicInteger names = new AtomicInteger();
  private final Deque<Server> running = new ConcurrentLinkedDeque<>();
  private final Deque<Path> maps = new ConcurrentLinkedDeque<>();
  private volatile boolean closing;
  private Optional<RealData> data = Optional.empty();
  private Optional<Disk> full = Optional.empty();
  private Optional<Disk> sparse = Optional.empty();

  private Lab(Options options, Report report) throws IOException {
    this.options = options;
    this.report = report;
    this.folder = Files.createTempDirectory(options.folder.toAbsolutePath(), "ekkofs-bench-");
  }

  static Lab create(Options options, Report report) throws IOException, InterruptedException {
    if (!Files.isWritable(PAGE_CACHE)) {
      throw new IOException("run it as root: the kernel must forget what it holds of files");
    }
    Lab lab = new Lab(options, report);
    Runtime.getRuntime().addShutdownHook(new Thread(lab::close, "ekkofs-bench-cleanup"));
    lab.ekkofs("init");
    return lab;
  }

  Options options() {
    return options;
  }

  /** A disk full of data, the newest of five backups. */
  Disk full() throws IOException, InterruptedException {
    if (full.isEmpty()) {
      report.say("making a disk full of data, and backups of it");
      full = Optional.of(new DiskMaker(this, data()).full(options.bytes()));
    }
    return full.get();
  }

  /** A larger disk of holes, mostly; the newest of five backups. */
  Disk sparse() throws IOException, InterruptedException {
    if (sparse.isEmpty()) {
      report.say("making a disk of holes, and backups of it");
      sparse = Optional.of(new DiskMaker(this, data()).sparse(SPARSE_FACTOR * options.bytes()));
    }
    return sparse.get();
  }

  /** Real bytes, from where the last reader ended. */
  RealData data() throws IOException {
    if (data.isEmpty()) {
      data = Optional.of(RealData.open());
    }
    return data.get();
  }

  /** Makes a disk of one backup out of an image that is there. */
  Disk backedUp(String tree, Path raw, long dataBytes) throws IOException, InterruptedException {
    ekkofs("snapshot", raw, tree + "/b0");
    return new Disk(tree, "b0", raw, raw, dataBytes);
  }

  /** A path in the folder. */
  Path path(String name) {
    return folder.resolve(name);
  }

  /** A path in the folder where there is nothing yet. */
  Path unused(String name) {
    return path(name + "-" + names.incrementAndGet());
  }

  Path repository() {
    return path("repository");
  }

  /** Runs a command of ekkofs; gives what it wrote to standard output. */
  String ekkofs(Object... words) throws IOException, InterruptedException {
    return ekkofs(path("cache"), words);
  }

  /**
   * A repository as a process sees it.
   *
   * @param environment what lets it in
   */
  record Place(String repository, Path cache, Map<String, String> environment) {}

  private Place here(Path cache) {
    return new Place(repository().toString(), cache, Map.of());
  }

  /** Runs a command of ekkofs in an environment with these changes. */
  void ekkofs(Map<String, String> changes, Object... words)
      throws IOException, InterruptedException {
    measured(changes, words);
  }

  /** How long a command took, and how much of a processor. */
  record Timed(double seconds, double cpuSeconds) {
    private static final Pattern TIME = Pattern.compile("(\\d+)m([\\d.]+)s");

    /** From what a shell says of the time its children took, in the last line. */
    private static Timed of(double seconds, String times) {
      String last = times.lines().reduce("", (before, line) -> line);
      double cpu =
          TIME.matcher(last)
              .results()
              .mapToDouble(
                  time ->
                      60 * Double.parseDouble(time.group(1)) + Double.parseDouble(time.group(2)))
              .sum();
      return new Timed(seconds, cpu);
    }
  }

  /** Runs a command of ekkofs in an environment with these changes, and measures it. */
  Timed measured(Map<String, String> changes, Object... words)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "\"$@\" > /dev/null && times", "sh"));
    command.addAll(List.of(LAUNCHER.toString(), "-q"));
    List.of(words).forEach(word -> command.add(word.toString()));
    long begun = System.nanoTime();
    String times =
        Programs.run(prepared(new ProcessBuilder(command), here(path("cache"), changes)));
    return Timed.of((System.nanoTime() - begun) / 1e9, times);
  }

  private Place here(Path cache, Map<String, String> changes) {
    String repository = changes.getOrDefault("EKKOFS_REPOSITORY", repository().toString());
    return new Place(repository, cache, changes);
  }

  /** Runs a command of ekkofs with this cache folder. */
  String ekkofs(Path cache, Object... words) throws IOException, InterruptedException {
    return ekkofs(here(cache), words);
  }

  /** Runs a command of ekkofs on another repository. */
  String ekkofs(Place place, Object... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString(), "-q"));
    List.of(words).forEach(word -> command.add(word.toString()));
    return Programs.run(prepared(new ProcessBuilder(command), place));
  }

  private static ProcessBuilder prepared(ProcessBuilder builder, Place place) {
    builder.environment().putAll(place.environment());
    builder.environment().put("EKKOFS_REPOSITORY", place.repository());
    builder.environment().put("EKKOFS_CACHE_DIR", place.cache().toString());
    return builder;
  }

  /** Mounts the repository; the disk is the server's file. */
  Server mount(Disk disk, Path cache) throws IOException, InterruptedException {
    return mount(disk, here(cache));
  }

  /** Mounts the repository in an environment with these changes. */
  Server mount(Map<String, String> changes, Disk disk, Path cache)
      throws IOException, InterruptedException {
    return mount(disk, here(cache, changes));
  }

  /** Mounts another repository. */
  Server mount(Disk disk, Place place) throws IOException, InterruptedException {
    return serve(LAUNCHER.toString(), List.of(), place, disk);
  }

  /** Mounts the repository as if its store were so far away. */
  Server distantMount(Disk disk, Path cache, int milliseconds)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("-XX:+UseParallelGC", "-Xmx768m"));
    words.add("-Dekkofs.test.store=delay=" + milliseconds);
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.add("org.ekkofs.app.MainWithStore");
    return serve(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        words,
        here(cache),
        disk);
  }

  private Server serve(String program, List<String> words, Place place, Disk disk)
      throws IOException, InterruptedException {
    Path mountpoint = Files.createDirectory(unused("mount"));
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(words);
    command.addAll(List.of("mount", mountpoint.toString(), "--foreground"));
    command.addAll(List.of("-o", "cache_size=" + 4 * (options.bytes() >> 20) + "M"));
    ProcessBuilder builder = prepared(new ProcessBuilder(command), place);
    if (options.profile) {
      builder.environment().put("EKKOFS_JAVA_OPTS", Profile.JAVA_OPTIONS);
    }
    return ready(new Server(builder, mountpoint, mountpoint.resolve(disk.file())));
  }

  /** Starts a server of another kind. */
  Server serve(Path mountpoint, Path file, Object... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    List.of(words).forEach(word -> command.add(word.toString()));
    return ready(new Server(new ProcessBuilder(command), mountpoint, file));
  }

  /** Starts the C program that copies from memory. */
  Server memory(Path content) throws IOException, InterruptedException {
    Path mountpoint = Files.createDirectory(unused("memory"));
    Path file = mountpoint.resolve("disk");
    Server server = serve(mountpoint, file, Programs.compiled("memory"), content, mountpoint);
    widenReadAhead(file);
    return server;
  }

  /** What ekkofs does for its own mounts: otherwise buffered reads come by 128 KiB. */
  private static void widenReadAhead(Path file) throws IOException, InterruptedException {
    String device = Programs.run("stat", "-c", "%Hd:%Ld", file.getParent()).strip();
    Files.writeString(Path.of("/sys/class/bdi", device, "read_ahead_kb"), "1024");
  }

  private Server ready(Server server) throws IOException {
    running.add(server);
    maps.add(Profile.map(server));
    server.await();
    return server;
  }

  /** Ends a server early. */
  void stop(Server server) throws IOException, InterruptedException {
    running.remove(server);
    server.stop();
  }

  /** Has the kernel forget all files of this machine. */
  static void dropPageCache() throws IOException, InterruptedException {
    Programs.run("sync");
    Files.writeString(PAGE_CACHE, "3");
  }

  /** Whether this is being closed, so that whatever fails now fails for that. */
  boolean isClosing() {
    return closing;
  }

  /** Ends all servers and removes the folder; once. */
  @Override
  public synchronized void close() {
    closing = true;
    try {
      for (Server server = running.poll(); server != null; server = running.poll()) {
        server.stop();
      }
      for (Path map : maps) {
        Files.deleteIfExists(map);
      }
      if (Files.exists(folder)) {
        Folders.remove(folder);
      }
    } catch (Exception e) {
      System.err.println("bench: cannot clean up " + folder + ": " + e);
    }
  }
}
