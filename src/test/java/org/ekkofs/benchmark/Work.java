package org.ekkofs.benchmark;

import java.io.IOException;
import java.util.Locale;

/** What can be measured, in the order it is. */
enum Work {
  SEQUENTIAL(new SequentialRead()),
  RANDOM(new RandomRead()),
  COLD(new ColdRead()),
  DISTANT(new DistantRead()),
  CONVERT(new Convert()),
  RESTIC(new ResticMount()),
  BOOT(new Boot()),
  HUGE(new HugeDisk()),
  LOG(new LongLog()),
  MANY(new ManyBackups()),
  SNAPSHOT(new FullSnapshot()),
  CHANGES(new ListedChanges()),
  ENCRYPTION(new Encryption()),
  DELETE(new DeleteCost()),
  STORED(new StoredFleet()),
  STORE(new RemoteStore());

  /** Measures something. */
  interface Measurement {
    void run(Lab lab, Report report) throws IOException, InterruptedException;
  }

  private final Measurement measurement;

  Work(Measurement measurement) {
    this.measurement = measurement;
  }

  void run(Lab lab, Report report) throws IOException, InterruptedException {
    measurement.run(lab, report);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
