package org.ekkofs.simulation;

import java.util.Optional;
import org.ekkofs.format.RecordCodec;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.LogRecord;
import org.ekkofs.store.ForwardingObjectStore;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/**
 * The store seen by a process that takes some records of the log for others than they are: how a
 * rule of the protocol is taken away without touching the code that follows it.
 */
abstract class LogView extends ForwardingObjectStore {
  private static final String LOG = "trees/" + World.TREE + "/log/";

  LogView(ObjectStore store) {
    super(store);
  }

  /** What the process sees instead of an event. */
  abstract LogEvent seen(long slot, LogEvent event);

  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    Optional<byte[]> bytes = super.get(key, maxBytes);
    return isRecord(key) ? bytes.map(record -> rewritten(slot(key), record)) : bytes;
  }

  private byte[] rewritten(long slot, byte[] bytes) {
    LogRecord record;
    try {
      record = RecordCodec.decode(bytes);
    } catch (EkkofsException cutShort) {
      return bytes;
    }
    return RecordCodec.encode(
        new LogRecord(
            record.nonce(),
            record.previous(),
            record.time(),
            record.host(),
            seen(slot, record.event())));
  }

  /** The record in a slot, as it is. */
  final Optional<LogRecord> record(long slot) {
    return store().get(key(slot), RecordCodec.MAX_BYTES).map(RecordCodec::decode);
  }

  static boolean isRecord(ObjectKey key) {
    return key.value().startsWith(LOG);
  }

  static long slot(ObjectKey key) {
    return Long.parseLong(key.name());
  }

  static ObjectKey key(long slot) {
    return new ObjectKey(LOG + "%016d".formatted(slot));
  }
}
