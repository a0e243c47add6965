package org.ekkofs.app;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.ekkofs.backup.Repository;
import org.ekkofs.disk.DiskTier;
import org.ekkofs.disk.FetchSettings;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.fuse.Fuse;
import org.ekkofs.fuse.FuseMount;
import org.ekkofs.fuse.FuseOptions;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.store.RetryPolicy;
import org.ekkofs.vfs.Owner;
import org.ekkofs.vfs.RepositoryFileSystem;
import org.ekkofs.vfs.SweepTime;
import org.ekkofs.vfs.VfsOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves a mount until it is unmounted or the process is told to end. */
final class MountServer {
  /** What must be free on the cache's disk: a small manifest. */
  private static final int LEAST_ROOM = 64 << 10;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final long MAX_USUAL_CACHE_BYTES = 16L << 30;

  /** How much of Java's heap may remember what the local tier has. */
  private static final int INDEX_SHARE = 4;

  private static final int DISK_SHARE = 10;

  private final Context context;
  private final Path mountpoint;
  private final MountOptions options;

  MountServer(Context context, Path mountpoint, MountOptions options) {
    this.context = context;
    this.mountpoint = mountpoint;
    this.options = options;
  }

  /** Mounts, says so, and serves; a signal ends it as an unmount does. */
  void serve() {
    Logs.forDaemon();
    Logger log = LoggerFactory.getLogger(MountServer.class);
    try (Repository repository = openWithCache();
        SegmentCache cache = cache(repository);
        RepositoryFileSystem tree =
            RepositoryFileSystem.open(
                repository,
                cache,
                new SegmentTable(),
                new PicocliGrammar(),
                vfsOptions()
                    .withFillBytes(fillBytes(repository))
                    .withSweepAt(
                        options.sweep().map(time -> new SweepTime(time, context.zone()))));
        FuseMount mount = Fuse.mount(tree, mountpoint, fuseOptions())) {
      log.info(
          "mounted {} at {} by {}",
          repository.store().description(),
          mount.mountpoint(),
          mount.binding());
      announce(log);
      mount.awaitUnmount();
    } catch (InterruptedException told) {
      log.info("told to end");
    }
    log.info("unmounted {}", mountpoint);
  }

  /** Without a folder for manifests nothing could be read. */
  private Repository openWithCache() {
    Repository repository = context.open(options.cacheFolder(), retry());
    Path manifests = repository.local().manifests(repository.descriptor().id());
    try {
      tryRoom(Files.createDirectories(manifests));
      return repository;
    } catch (IOException e) {
      repository.close();
      throw new FailedException(
          "cannot write to the cache folder %s: %s; name another with --cache-dir"
              .formatted(repository.local().folder(), Causes.of(e)),
          e);
    }
  }

  private static void tryRoom(Path folder) throws IOException {
    Path file = Files.createTempFile(folder, ".", ".tmp");
    try {
      Files.write(file, new byte[LEAST_ROOM]);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** A store that is away for a moment fails no read. */
  private RetryPolicy retry() {
    return new RetryPolicy(options.timeout(), FIRST_PAUSE, LONGEST_PAUSE);
  }

  /** Tells whoever started this process that the mount answers. */
  private void announce(Logger log) {
    if (context.inBackground()) {
      context.out().println(BackgroundMount.MOUNTED);
      context.out().flush();
    }
    if (context.environment("NOTIFY_SOCKET").isPresent()) {
      try {
        new ProcessBuilder("systemd-notify", "--ready").inheritIO().start();
      } catch (IOException e) {
        log.warn("cannot tell systemd that the mount is ready: {}", e.getMessage());
      }
    }
  }

  private SegmentCache cache(Repository repository) {
    return new SegmentCache(
        repository.store(),
        FetchSettings.DEFAULT.withDeadline(options.timeout()),
        options.memoryBytes(),
        diskTier(repository.local().segments(repository.descriptor().id())));
  }

  private Optional<DiskTier> diskTier(Path folder) {
    long bytes = options.cacheBytes().orElseGet(() -> usualCacheBytes(folder));
    if (bytes == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          DiskTier.open(folder, bytes, Runtime.getRuntime().maxMemory() / INDEX_SHARE));
    } catch (IOException e) {
      LoggerFactory.getLogger(MountServer.class)
          .warn("cannot keep a cache in {}, so there is none: {}", folder, Causes.of(e));
      return Optional.empty();
    }
  }

  private long fillBytes(Repository repository) {
    Path folder = repository.local().copies(repository.descriptor().id());
    return options.fill() ? options.cacheBytes().orElseGet(() -> usualCacheBytes(folder)) : 0;
  }

  private static long usualCacheBytes(Path folder) {
    Path above = folder;
    while (!Files.exists(above) && above.getParent() != null) {
      above = above.getParent();
    }
    try {
      FileStore disk = Files.getFileStore(above);
      return Math.min(MAX_USUAL_CACHE_BYTES, disk.getUsableSpace() / DISK_SHARE);
    } catch (IOException unknown) {
      return 0;
    }
  }

  private FuseOptions fuseOptions() {
    return FuseOptions.defaults()
        .withBinding(options.binding())
        .withAllowOther(options.allowOther());
  }

  private VfsOptions vfsOptions() {
    Owner owner = Owner.ofThisProcess();
    return new VfsOptions(
        options.uid().orElse(owner.uid()),
        options.gid().orElse(owner.gid()),
        options.umask(),
        options.refresh(),
        owner.uid(),
        owner.gid(),
        context.clock(),
        Optional.of(mountpoint.toAbsolutePath().normalize()));
  }
}
