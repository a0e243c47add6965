package org.ekkofs.control;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.InvalidException;
import org.ekkofs.source.SourceAddress;
import org.ekkofs.source.SourceOptions;
import org.ekkofs.source.qmp.LiveOptions;

/** Which words of a snapshot go with which. */
final class SnapshotRules {
  private SnapshotRules() {}

  static void check(List<SourceDisk> disks, SourceOptions options, LiveOptions live) {
    if (disks.isEmpty()) {
      throw new InvalidException("say which disk is to be backed up, and as what");
    }
    if (disks.size() > 1) {
      checkTogether(disks);
    }
    for (SourceDisk disk : disks) {
      checkOptions(disk, options);
      checkLive(disk, live);
    }
  }

  private static void checkLive(SourceDisk disk, LiveOptions live) {
    if (!(disk.source() instanceof SourceAddress.Machine) && !live.equals(LiveOptions.DEFAULT)) {
      throw new InvalidException(
          "--freeze and --scratch are for running machines, not for " + disk.source());
    }
  }

  private static void checkTogether(List<SourceDisk> disks) {
    Set<Object> sockets = new HashSet<>();
    Set<SourceAddress> sources = new HashSet<>();
    Set<BackupPath> targets = new HashSet<>();
    for (SourceDisk disk : disks) {
      if (!(disk.source() instanceof SourceAddress.Machine machine)) {
        throw new InvalidException(
            "only disks of one running machine, qmp:PATH?node=NAME, are taken together; "
                + disk.source()
                + " takes a command of its own");
      }
      sockets.add(machine.socket());
      if (!sources.add(machine) || !targets.add(disk.request().target())) {
        throw new InvalidException(
            "%s as %s: each disk and each name can be there once"
                .formatted(disk.source(), disk.request().target()));
      }
      if (disk.request().parent().isPresent()) {
        throw new InvalidException(
            "--parent cannot be given for several disks: what is known of each says its parent");
      }
    }
    if (sockets.size() > 1) {
      throw new InvalidException("disks that are taken together must be of one machine");
    }
  }

  private static void checkOptions(SourceDisk disk, SourceOptions options) {
    boolean image = disk.source() instanceof SourceAddress.Image;
    boolean asImage =
        options.format().isPresent()
            || !options.allowedBacking().isEmpty()
            || options.secretFile().isPresent()
            || options.changedOnly();
    if (!image && asImage) {
      throw new InvalidException(
          "--format, --allow-backing, --secret-file and --changed-only are for files and block devices, not for "
              + disk.source());
    }
    if (disk.source() instanceof SourceAddress.Machine && options.bitmap().isPresent()) {
      throw new InvalidException(
          "--bitmap is not for running machines: ekkofs keeps a bitmap of its own in them");
    }
    if (options.needParent() && disk.request().parent().isEmpty()) {
      throw new InvalidException(
          "%s needs --parent: the backup since which that has changed"
              .formatted(options.changedOnly() ? "--changed-only" : "--bitmap"));
    }
  }
}
