package org.ekkofs.benchmark;

import java.io.IOException;
import org.ekkofs.store.ObjectStore;

/** Real servers of S3 and Swift on this machine, and a store far away. */
final class RemoteStore implements Work.Measurement {
  private interface Servers {
    RemoteLab start(Lab lab) throws IOException, InterruptedException;
  }

  @Override
  public void run(Lab lab, Report report) throws IOException, InterruptedException {
    new DistantSnapshot(lab, report).measure();
    for (Servers servers : new Servers[] {RemoteLab::s3, RemoteLab::swift}) {
      report.say("starting a server");
      try (RemoteLab remote = servers.start(lab);
          ObjectStore store = remote.open()) {
        new StoreTraffic(remote, store, lab.options()).measure(report);
        new RemoteColdRead(remote, store, lab, report).measure();
      }
    }
  }
}
