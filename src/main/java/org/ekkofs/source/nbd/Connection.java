package org.ekkofs.source.nbd;

import com.kenai.jffi.MemoryIO;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.FailedException;

/**
 * A connection to an export. For one thread at a time, but {@link #close} may come from any other,
 * or an interrupt to the one that uses it: what it waits for fails. Afterwards it can only be
 * freed.
 */
final class Connection extends AbstractInterruptibleChannel {
  static final String DATA = "base:allocation";

  /** Set in the number of an extent of {@link #DATA} that reads as zeros. */
  private static final int ZERO = 2;

  /**
   * What is asked for at once; larger requests bring nothing, see the measurements of NbdSource.
   */
  static final int REQUEST = 2 << 20;

  private final LibNbd.Calls nbd = LibNbd.calls();
  private final ExtentCall extents;
  private final long handle;
  private final ExportFacts facts;
  private final Optional<ChangeContext> context;
  private final String description;

  /** A descriptor of our own: libnbd closes its own when the server is gone. */
  private final int socket;

  private final int request;
  private final ByteBuffer scratch;

  /** Owns the handle, which is connected, from here on. */
  Connection(long handle, String description, Optional<ChangeContext> context) {
    this.handle = handle;
    this.description = description;
    this.context = context;
    this.facts = ExportFacts.of(handle, description, context);
    this.request = Math.min(REQUEST, facts.maximum());
    this.scratch = ByteBuffer.allocateDirect(request);
    this.socket = Sockets.duplicate(nbd.aioGetFd(handle));
    this.extents = new ExtentCall();
  }

  /** What the server has said of the export. */
  ExportFacts facts() {
    return facts;
  }

  /** Whether it can still be used. */
  boolean isUsable() {
    return isOpen() && nbd.aioIsReady(handle) == 1;
  }

  /** Fills the target; the range must lie in the export. */
  void read(long offset, ByteBuffer target) {
    long at = offset;
    while (target.hasRemaining()) {
      at +=
          target.isDirect() && facts.isAligned(at, target.remaining())
              ? readInto(at, target)
              : readByCopy(at, target);
    }
  }

  private int readInto(long offset, ByteBuffer target) {
    int length = Math.min(request, target.remaining());
    pread(offset, target, target.position(), length);
    target.position(target.position() + length);
    return length;
  }

  private int readByCopy(long offset, ByteBuffer target) {
    long from = facts.alignDown(offset);
    int skipped = (int) (offset - from);
    int length = Math.min(request - skipped, target.remaining());
    long to = facts.alignUp(offset + length);
    pread(from, scratch, 0, (int) (to - from));
    target.put(scratch.duplicate().position(skipped).limit(skipped + length));
    return length;
  }

  private void pread(long offset, ByteBuffer into, int position, int length) {
    Objects.checkFromIndexSize(position, length, into.limit());
    long address = MemoryIO.getInstance().getDirectBufferAddress(into) + position;
    try {
      call(offset, () -> nbd.pread(handle, address, length, offset, 0));
    } finally {
      Reference.reachabilityFence(into);
    }
  }

  /** What the server says of the range, or less: one extent at least. */
  Extents.Answer extents(long offset, long count) {
    long from = facts.alignDown(offset);
    long to = facts.alignUp(offset + count);
    Answers answers = new Answers(from);
    call(from, () -> extents.ask(handle, from, to - from, answers));
    return answers.checked(offset);
  }

  /** Collects what is told of each context. */
  private final class Answers implements ExtentCall.Listener {
    private final long from;
    private Optional<Runs> data = Optional.empty();
    private Optional<Runs> changes = Optional.empty();

    Answers(long from) {
      this.from = from;
    }

    @Override
    public void entries(String name, long offset, int[] words) {
      if (offset != from) {
        throw new FailedException("%s: the server tells of another range".formatted(description));
      }
      if (name.equals(DATA)) {
        data = Optional.of(Runs.of(from, facts.size(), words, flags -> (flags & ZERO) == 0));
      }
      context
          .filter(wanted -> wanted.name().equals(name))
          .ifPresent(
              wanted ->
                  changes = Optional.of(Runs.of(from, facts.size(), words, wanted::isChanged)));
    }

    Extents.Answer checked(long offset) {
      boolean complete =
          (!facts.knowsData() || data.filter(runs -> runs.covers(offset)).isPresent())
              && (!facts.knowsChanges() || changes.filter(runs -> runs.covers(offset)).isPresent());
      if (!complete) {
        throw new FailedException(
            "%s: the server does not say what lies at byte %d".formatted(description, offset));
      }
      return new Extents.Answer(data, changes);
    }
  }

  private void call(long offset, IntSupplier function) {
    boolean done = false;
    try {
      begin();
      try {
        done = function.getAsInt() == 0;
      } finally {
        end(done);
      }
    } catch (ClosedByInterruptException e) {
      throw new CancelledException("reading " + description + " was interrupted", e);
    } catch (IOException e) {
      throw new FailedException(description + " was closed while it was read", e);
    }
    if (!done) {
      throw new FailedException(
          "%s cannot be read at byte %d: %s".formatted(description, offset, LibNbd.lastError()));
    }
  }

  @Override
  protected void implCloseChannel() {
    Sockets.shutdown(socket);
  }

  /** Says goodbye to the server, if it listens, and frees everything; nobody may be using it. */
  void free() throws IOException {
    if (isUsable()) {
      nbd.aioDisconnect(handle, 0);
    }
    close();
    nbd.close(handle);
    extents.close();
    Sockets.close(socket);
  }
}
