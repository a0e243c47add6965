package org.ekkofs.fuse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.ekkofs.model.CorruptException;
import org.ekkofs.vfs.Attributes;
import org.ekkofs.vfs.DirectoryNode;
import org.ekkofs.vfs.Errno;
import org.ekkofs.vfs.ErrnoException;
import org.ekkofs.vfs.FileNode;
import org.ekkofs.vfs.LinkNode;
import org.ekkofs.vfs.LocalCopy;
import org.ekkofs.vfs.Node;
import org.ekkofs.vfs.OpenFile;
import org.ekkofs.vfs.VirtualFileSystem;

/**
 * A tree in memory for mount tests.
 *
 * <pre>
 * disks/sparse.raw    {@link SparseContent}, at hand
 * disks/cold.raw      the same, never at hand
 * disks/hung.raw      reads wait until {@link #release}
 * disks/damaged.raw   reads throw CorruptException
 * disks/bug.raw       reads throw IllegalStateException
 * disks/error.raw     reads throw StackOverflowError
 * disks/latest.raw    a link to sparse.raw
 * many/               {@link #MANY} names
 * control/            files that can be written; NAME.done waits until {@link #release}
 * </pre>
 */
final class TestTree implements VirtualFileSystem {
  static final int MANY = 10_000;
  static final Instant MODIFIED = Instant.parse("2026-03-04T05:06:07.123456789Z");
  static final int LARGEST_CONTROL_FILE = 4096;

  private final AtomicLong inodes = new AtomicLong(1000);
  private final AtomicInteger openFiles = new AtomicInteger();
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger largest = new AtomicInteger();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Directory root = new Directory(Duration.ofHours(1), false);
  private final Directory disks = new Directory(Duration.ofHours(1), false);
  private final Directory control = new Directory(Duration.ZERO, true);
  private volatile NameListener listener = (directory, name) -> {};

  final SparseContent content;

  /** What every disk names as its local copy from now on. */
  volatile Optional<LocalCopy> copy = Optional.empty();

  TestTree(SparseContent content) {
    this.content = content;
    root.children.put("disks", disks);
    root.children.put("control", control);
    disks.children.put("sparse.raw", new Disk((o, t) -> content.read(o, t), true));
    disks.children.put("cold.raw", new Disk((o, t) -> content.read(o, t), false));
    disks.children.put("hung.raw", new Disk(this::hungRead, false));
    disks.children.put(
        "damaged.raw", new Disk((o, t) -> fail(new CorruptException("chunk 7")), false));
    disks.children.put(
        "bug.raw", new Disk((o, t) -> fail(new IllegalStateException("bug")), false));
    disks.children.put(
        "bugnow.raw", new Disk((o, t) -> fail(new IllegalStateException("now")), true));
    disks.children.put(
        "error.raw",
        new Disk(
            (o, t) -> {
              throw new StackOverflowError("error");
            },
            false));
    disks.children.put("latest.raw", new Link("sparse.raw"));
    Directory many = new Directory(Duration.ofHours(1), false);
    for (int i = 0; i < MANY; i++) {
      many.children.put("entry-%05d-x".formatted(i), new Link("nowhere"));
    }
    root.children.put("many", many);
  }

  private static int fail(RuntimeException e) {
    throw e;
  }

  private void hang() throws InterruptedException {
    waiting.incrementAndGet();
    try {
      released.await();
    } finally {
      waiting.decrementAndGet();
    }
  }

  private int hungRead(long offset, ByteBuffer target) throws InterruptedException {
    hang();
    return content.read(offset, target);
  }

  /** Lets all go on that wait. */
  void release() {
    released.countDown();
  }

  /** How many reads wait. */
  int waiting() {
    return waiting.get();
  }

  /** The most bytes that a read of a disk asked for. */
  int largestRequest() {
    return largest.get();
  }

  /** How many reads of disks have come. */
  long reads() {
    return reads.get();
  }

  /** How many files are open. */
  int openFiles() {
    return openFiles.get();
  }

  /** How often the disk of that name is open. */
  int openFiles(String name) {
    return ((Disk) disks.children.get(name)).open.get();
  }

  /** What was written to a control file. */
  String written(String name) {
    return ((ControlFile) control.children.get(name)).text();
  }

  /** Takes a disk away and says so. */
  void hide(String name) {
    disks.children.remove(name);
    listener.nameChanged(disks, name);
  }

  /** Adds a disk and says so. */
  void add(String name) {
    add(name, content);
  }

  /** Adds a disk with content of its own, as large as the others, and says so. */
  void add(String name, SparseContent own) {
    disks.children.put(name, new Disk((o, t) -> own.read(o, t), true));
    listener.nameChanged(disks, name);
  }

  @Override
  public DirectoryNode root() {
    return root;
  }

  @Override
  public Statistics statistics() {
    return new Statistics(content.dataBytes(), 10);
  }

  @Override
  public void listen(NameListener newListener) {
    listener = newListener;
  }

  @Override
  public void close() {
    release();
  }

  private Attributes attributes(
      long inode, Attributes.Type type, int mode, long size, long blocks, Duration validFor) {
    return new Attributes(inode, type, mode, 0, 0, size, blocks, MODIFIED, validFor);
  }

  private final class Directory implements DirectoryNode {
    private final long inode = inodes.incrementAndGet();
    private final Map<String, Node> children = new ConcurrentSkipListMap<>();
    private final Duration validFor;
    private final boolean writable;

    Directory(Duration validFor, boolean writable) {
      this.validFor = validFor;
      this.writable = writable;
    }

    @Override
    public Attributes attributes() {
      int mode = writable ? 0700 : 0755;
      return TestTree.this.attributes(inode, Attributes.Type.DIRECTORY, mode, 0, 0, validFor);
    }

    @Override
    public boolean writable() {
      return writable;
    }

    @Override
    public Optional<Node> lookup(String name) {
      Node child = children.get(name);
      if (child == null && writable && name.endsWith(".done")) {
        return children.containsKey(name.substring(0, name.length() - 5))
            ? Optional.of(children.computeIfAbsent(name, n -> new DoneFile()))
            : Optional.empty();
      }
      return Optional.ofNullable(child);
    }

    @Override
    public List<Entry> list() {
      List<Entry> entries = new ArrayList<>();
      children.forEach(
          (name, node) ->
              entries.add(new Entry(name, node.attributes().inode(), node.attributes().type())));
      return entries;
    }

    @Override
    public Duration namesValidFor() {
      return validFor;
    }

    @Override
    public FileNode create(String name) {
      ControlFile file = new ControlFile();
      if (children.putIfAbsent(name, file) != null) {
        throw new ErrnoException(Errno.EEXIST);
      }
      return file;
    }

    @Override
    public void remove(String name) {
      if (children.remove(name) == null) {
        throw new ErrnoException(Errno.ENOENT);
      }
    }
  }

  private final class Link implements LinkNode {
    private final long inode = inodes.incrementAndGet();
    private final String target;

    Link(String target) {
      this.target = target;
    }

    @Override
    public Attributes attributes() {
      return TestTree.this.attributes(
          inode, Attributes.Type.LINK, 0777, target.length(), 0, Duration.ofHours(1));
    }

    @Override
    public String target() {
      return target;
    }
  }

  /** How a disk is read. */
  interface Reading {
    int read(long offset, ByteBuffer target) throws InterruptedException;
  }

  private final class Disk implements FileNode {
    private final long inode = inodes.incrementAndGet();
    private final Reading reading;
    private final boolean atHand;
    private final AtomicInteger open = new AtomicInteger();

    Disk(Reading reading, boolean atHand) {
      this.reading = reading;
      this.atHand = atHand;
    }

    @Override
    public Attributes attributes() {
      return TestTree.this.attributes(
          inode,
          Attributes.Type.FILE,
          0440,
          content.size(),
          content.dataBytes() / 512,
          Duration.ofHours(1));
    }

    @Override
    public Map<String, String> extendedAttributes() {
      return Map.of("user.ekkofs.id", "0815", "user.ekkofs.name", "größe");
    }

    @Override
    public OpenFile open(boolean write) {
      if (write) {
        throw new ErrnoException(Errno.EROFS);
      }
      openFiles.incrementAndGet();
      open.incrementAndGet();
      return new OpenDisk(this);
    }
  }

  private final class OpenDisk implements OpenFile {
    private final Disk disk;

    OpenDisk(Disk disk) {
      this.disk = disk;
    }

    @Override
    public boolean immutable() {
      return true;
    }

    @Override
    public Optional<LocalCopy> localCopy() {
      return copy;
    }

    @Override
    public int readNow(long offset, ByteBuffer target) {
      reads.incrementAndGet();
      largest.accumulateAndGet(target.remaining(), Math::max);
      try {
        return disk.atHand ? disk.reading.read(offset, target) : WOULD_BLOCK;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public int read(long offset, ByteBuffer target) throws InterruptedException {
      return disk.reading.read(offset, target);
    }

    @Override
    public long seek(long offset, Seek what) {
      return content.seek(offset, what);
    }

    @Override
    public void close() {
      disk.open.decrementAndGet();
      openFiles.decrementAndGet();
    }
  }

  /** Holds what is written; a line "wrong" fails the write, one "late" fails the flush. */
  private final class ControlFile implements FileNode, OpenFile {
    private final long inode = inodes.incrementAndGet();
    private final Map<String, String> text = new ConcurrentHashMap<>(Map.of("", ""));

    String text() {
      return text.get("");
    }

    @Override
    public Attributes attributes() {
      long size = text().getBytes(StandardCharsets.UTF_8).length;
      return TestTree.this.attributes(inode, Attributes.Type.FILE, 0600, size, 1, Duration.ZERO);
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public OpenFile open(boolean write) {
      openFiles.incrementAndGet();
      return this;
    }

    @Override
    public void truncate() {
      text.put("", "");
    }

    @Override
    public boolean immutable() {
      return false;
    }

    @Override
    public int read(long offset, ByteBuffer target) {
      byte[] bytes = text().getBytes(StandardCharsets.UTF_8);
      int count = (int) Math.max(0, Math.min(target.remaining(), bytes.length - offset));
      target.put(bytes, (int) offset, count);
      return count;
    }

    @Override
    public int write(long offset, ByteBuffer source) {
      int count = source.remaining();
      if (offset + count > LARGEST_CONTROL_FILE) {
        throw new ErrnoException(Errno.EFBIG);
      }
      String added = StandardCharsets.UTF_8.decode(source).toString();
      if (added.contains("wrong")) {
        throw new ErrnoException(Errno.EINVAL);
      }
      text.merge("", added, String::concat);
      return count;
    }

    @Override
    public void flush() {
      if (text().contains("late")) {
        throw new ErrnoException(Errno.EIO);
      }
    }

    @Override
    public long seek(long offset, Seek what) {
      throw new ErrnoException(Errno.EINVAL);
    }

    @Override
    public void close() {
      openFiles.decrementAndGet();
    }
  }

  private final class DoneFile implements FileNode, OpenFile {
    private final long inode = inodes.incrementAndGet();

    @Override
    public Attributes attributes() {
      return TestTree.this.attributes(inode, Attributes.Type.FILE, 0400, 0, 0, Duration.ZERO);
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public OpenFile open(boolean write) {
      openFiles.incrementAndGet();
      return this;
    }

    @Override
    public boolean immutable() {
      return false;
    }

    @Override
    public boolean waitsForEvents() {
      return true;
    }

    @Override
    public int read(long offset, ByteBuffer target) throws InterruptedException {
      if (offset > 0) {
        return 0;
      }
      hang();
      byte[] done = "done\n".getBytes(StandardCharsets.UTF_8);
      target.put(done);
      return done.length;
    }

    @Override
    public long seek(long offset, Seek what) {
      throw new ErrnoException(Errno.EINVAL);
    }

    @Override
    public void close() {
      openFiles.decrementAndGet();
    }
  }
}
