package org.ekkofs.control;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.ekkofs.backup.LiveRequest;
import org.ekkofs.backup.LiveResult;
import org.ekkofs.backup.LiveSnapshots;
import org.ekkofs.backup.Progress;
import org.ekkofs.backup.Repository;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.source.SourceAddress;

/** Takes snapshots of running machines. */
record MachineSnapshots(Repository repository) {
  /** As {@link DiskSnapshots#take}, for disks that are all of one machine. */
  List<DiskSnapshots.Taken> take(
      Path monitor, Command.Snapshot command, Progress progress, Consumer<String> remarks) {
    List<LiveRequest> requests = command.disks().stream().map(MachineSnapshots::request).toList();
    List<DiskSnapshots.Taken> taken = new ArrayList<>();
    Optional<EkkofsException> failure = Optional.empty();
    for (LiveResult result :
        new LiveSnapshots(repository).take(monitor, requests, command.live(), progress, remarks)) {
      if (result instanceof LiveResult.Taken done) {
        taken.add(new DiskSnapshots.Taken(done.request(), done.backup()));
      } else if (result instanceof LiveResult.Failed failed) {
        failure = Optional.of(failure.map(first -> both(first, failed.why())).orElse(failed.why()));
      }
    }
    if (failure.isPresent()) {
      taken.forEach(one -> remarks.accept(one.request().target() + " is complete all the same"));
      throw failure.get();
    }
    return taken;
  }

  private static EkkofsException both(EkkofsException first, EkkofsException other) {
    first.addSuppressed(other);
    return first;
  }

  private static LiveRequest request(SourceDisk disk) {
    if (disk.source() instanceof SourceAddress.Machine machine) {
      return new LiveRequest(machine.node(), disk.request());
    }
    throw new IllegalArgumentException(disk.source() + " is of no machine");
  }
}
