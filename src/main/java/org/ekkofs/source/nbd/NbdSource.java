package org.ekkofs.source.nbd;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.ekkofs.source.Changes;
import org.ekkofs.source.DiskSource;

/**
 * An export of an NBD server as a disk. Safe for use by {@link #parallelism} threads; more than
 * those wait for each other. {@link #close} makes what they wait for fail, and so does an
 * interrupt, after which nothing more can be read.
 */
public final class NbdSource implements DiskSource {
  /** So many hide how long one waits; a server of QEMU does its work on one thread anyway. */
  private static final int CONNECTIONS = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String description;
  private final ExportFacts facts;
  private final ConnectionPool connections;
  private final Extents extents;

  private NbdSource(Connector connector, Connection first) {
    this.description = connector.export().description();
    this.facts = first.facts();
    this.connections = new ConnectionPool(connector, first, limit());
    this.extents =
        new Extents(
            facts.size(),
            facts.knowsData(),
            facts.knowsChanges(),
            (offset, count) -> connections.use(one -> one.extents(offset, count)));
  }

  private int limit() {
    return facts.manyConnections() ? CONNECTIONS : 1;
  }

  /**
   * Connects to an export. The server has half a minute to answer.
   *
   * @param context what shall tell of changes; if the server does not know it, {@link #changes} is
   *     empty
   * @throws org.ekkofs.model.NotFoundException if there is no such server or export
   * @throws org.ekkofs.model.FailedException if it cannot be reached, or libnbd is missing
   * @throws org.ekkofs.model.CancelledException if the thread is interrupted
   */
  public static NbdSource open(NbdExport export, Optional<ChangeContext> context) {
    return open(export, context, PATIENCE);
  }

  /** The same with another patience. */
  static NbdSource open(NbdExport export, Optional<ChangeContext> context, Duration patience) {
    Connector connector = new Connector(export, context);
    return new NbdSource(connector, connector.connect(patience, () -> false));
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public long size() {
    return facts.size();
  }

  @Override
  public int parallelism() {
    return limit();
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, target.remaining(), size());
    connections.use(
        one -> {
          one.read(offset, target);
          return true;
        });
  }

  @Override
  public long nextData(long offset) {
    return extents.nextData(offset);
  }

  @Override
  public long nextHole(long offset) {
    return extents.nextHole(offset);
  }

  /** What has changed; empty if nobody asked, or the server does not know. */
  @Override
  public Optional<Changes> changes() {
    return extents.changes();
  }

  /** An export keeps its size for as long as it is connected. */
  @Override
  public void checkUnchanged() {}

  @Override
  public void close() {
    connections.close();
  }
}
