package org.ekkofs.app;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mount}: shows the repository's backups as files. */
@Command(
    name = "mount",
    header = "Mount the repository: every backup becomes a disk file.",
    description = "Returns when the mount answers; it then runs on in the background.",
    footer = {
      "",
      "Options for -o: allow_other, uid=, gid=, umask=, refresh=SECONDS (5),",
      "cache_dir=DIR, cache_size=SIZE (a tenth of the free space, 16G at most; 0 for",
      "no cache on the disk), memory_size=SIZE (128M), timeout=SECONDS (60: how long a",
      "read waits for the store), binding=auto|fuse3|fuse2, fill=never|auto (complete",
      "local copies of disks that are read a lot, see \"cache fill\"), sweep=HH:MM|off",
      "(give back the space of deleted backups once a day; not with ro).",
      "",
      "Example:",
      "  ekkofs mount /mnt/backups -o allow_other,cache_size=10G"
    })
final class MountCommand implements Action {
  @Parameters(paramLabel = "MOUNTPOINT", description = "An empty folder.")
  private Path mountpoint;

  @Option(
      names = "-o",
      split = ",",
      paramLabel = "OPTION",
      description = "Mount options, see below.")
  private List<String> options = List.of();

  @Option(
      names = "--foreground",
      description = "Stay in the foreground and log to standard error, as for systemd.")
  private boolean foreground;

  @Override
  public void run(Context context) throws InterruptedException {
    Path place = mountpoint.toAbsolutePath();
    MountOptions parsed = MountOptions.parse(options);
    if (foreground) {
      new MountServer(context, place, parsed).serve();
    } else {
      new BackgroundMount(context, place, parsed).start();
      context.say("mounted %s at %s".formatted(context.location(), place));
    }
  }
}
