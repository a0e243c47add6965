package org.ekkofs.source.nbd;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.NotFoundException;

/**
 * Makes connections to an export. Safe for use by many threads.
 *
 * @param export the export
 * @param context what shall tell of changes
 */
record Connector(NbdExport export, Optional<ChangeContext> context) {
  private static final int LOOK_UP_MILLIS = 100;

  /**
   * Connects.
   *
   * @param patience how long the server may take to answer
   * @param unwanted asked now and then; ends the attempt
   * @throws NotFoundException if there is no such server or export
   * @throws FailedException if it cannot be reached, takes too long or speaks something else
   */
  Connection connect(Duration patience, BooleanSupplier unwanted) {
    LibNbd.Calls nbd = LibNbd.calls();
    long handle = nbd.create();
    if (handle == 0) {
      throw failure();
    }
    try {
      begin(nbd, handle);
      await(nbd, handle, patience, unwanted);
      return new Connection(handle, export.description(), context);
    } catch (RuntimeException | Error e) {
      nbd.close(handle);
      throw e;
    }
  }

  private void begin(LibNbd.Calls nbd, long handle) {
    check(NativeText.lend(Connection.DATA, name -> nbd.addMetaContext(handle, name)));
    context.ifPresent(
        wanted -> check(NativeText.lend(wanted.name(), name -> nbd.addMetaContext(handle, name))));
    if (export instanceof NbdExport.Socket local) {
      check(NativeText.lend(local.name(), name -> nbd.setExportName(handle, name)));
      check(NativeText.lend("" + local.path(), path -> nbd.aioConnectUnix(handle, path)));
    } else if (export instanceof NbdExport.Uri remote) {
      check(NativeText.lend(remote.uri(), uri -> nbd.aioConnectUri(handle, uri)));
    }
  }

  private void await(LibNbd.Calls nbd, long handle, Duration patience, BooleanSupplier unwanted) {
    long begun = System.nanoTime();
    while (nbd.aioIsConnecting(handle) == 1) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancelledException("opening " + export.description() + " was interrupted");
      }
      if (unwanted.getAsBoolean()) {
        throw new FailedException(export.description() + " was closed while it was opened");
      }
      if (System.nanoTime() - begun > patience.toNanos()) {
        throw new FailedException(
            "%s cannot be opened: the server has said nothing for %d s"
                .formatted(export.description(), patience.toSeconds()));
      }
      check(nbd.poll(handle, LOOK_UP_MILLIS));
    }
    if (nbd.aioIsReady(handle) != 1) {
      throw failure();
    }
  }

  private void check(int result) {
    if (result < 0) {
      throw failure();
    }
  }

  private EkkofsException failure() {
    int errno = LibNbd.calls().getErrno();
    String line = export.description() + " cannot be opened: " + LibNbd.lastError();
    return errno == LibNbd.ENOENT ? new NotFoundException(line) : new FailedException(line);
  }
}
