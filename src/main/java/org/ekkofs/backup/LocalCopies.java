package org.ekkofs.backup;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ekkofs.disk.BackupDisk;
import org.ekkofs.disk.SegmentCache;
import org.ekkofs.disk.SegmentStream;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.manifest.SegmentTable;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.CancelledException;
import org.ekkofs.model.Causes;
import org.ekkofs.model.FailedException;
import org.ekkofs.model.InvalidException;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.TreeName;

/**
 * Complete copies of disks on this machine, which the kernel can read without asking anybody. A
 * copy is a sparse file, verified while it is written, fsynced and only then named and sealed
 * ({@link CopySeal}): after a crash there is a sealed, complete copy or none. One whose seal does
 * not fit any more is not used. Safe for use by many threads, and by processes that share the cache
 * folder.
 *
 * <pre>
 * copies/.lock              held by whoever fills or removes
 * copies/TREE/ID.raw        the copy, mode 0400
 * copies/TREE/ID.seal       makes it one
 * copies/TREE/ID.use        locked by those who read the copy
 * copies/TREE/.*.part       what is being written, or was when a fill was killed
 * </pre>
 */
public final class LocalCopies {
  private static final String RAW = ".raw";
  private static final long MAX_MARGIN = 1L << 30;
  private static final int MARGIN_SHARE = 50;

  private final Path folder;
  private final CopyUses uses = new CopyUses();

  /** The copies of backups of a repository. */
  public LocalCopies(Repository repository) {
    this.folder = repository.local().copies(repository.descriptor().id());
  }

  /** The files of one copy. */
  private record Place(Path folder, BackupId backup) {
    Path raw() {
      return folder.resolve(backup + RAW);
    }

    Path seal() {
      return folder.resolve(backup + ".seal");
    }

    Path use() {
      return folder.resolve(backup + ".use");
    }

    Optional<CopySeal> intact() {
      return CopySeal.read(seal(), backup).filter(found -> found.holds(raw()));
    }

    void remove() throws IOException {
      Files.deleteIfExists(seal());
      Files.deleteIfExists(raw());
    }
  }

  private Place place(TreeName tree, BackupId backup) {
    return new Place(folder.resolve(tree.value()), backup);
  }

  /** A copy that is being read, and not removed meanwhile. */
  public final class Lease implements AutoCloseable {
    private final Place place;
    private final CopySeal seal;

    private Lease(Place place, CopySeal seal) {
      this.place = place;
      this.seal = seal;
    }

    /** The copy. */
    public Path path() {
      return place.raw();
    }

    /** Whether a file, whatever its name, is the copy as it was sealed. */
    public boolean isIntact(Path file) {
      return seal.holds(file);
    }

    @Override
    public void close() {
      uses.end(place.use());
    }
  }

  /** The copy of a backup, if there is one that nobody has touched. Never fails. */
  public Optional<Lease> use(TreeName tree, BackupId backup) {
    Place place = place(tree, backup);
    if (!Files.exists(place.seal())) {
      return Optional.empty();
    }
    uses.begin(place.use());
    Optional<CopySeal> seal = place.intact();
    if (seal.isEmpty()) {
      uses.end(place.use());
    }
    return seal.map(intact -> new Lease(place, intact));
  }

  /**
   * Makes a copy of a backup, unless there is one.
   *
   * @param cache what to read it through
   * @return whether it was made
   * @throws RefusedException if there is not enough room, or another process is at it
   * @throws org.ekkofs.model.CorruptException if the backup is damaged
   * @throws FailedException if the copy cannot be written
   */
  public boolean fill(
      Tree tree, TrackedBackup backup, SegmentCache cache, CopyOrigin origin, Progress progress) {
    return alone(
        () -> {
          Place place = place(tree.name(), backup.id());
          makeFolder(place.folder());
          removeLeftovers(place.folder());
          Optional<CopySeal> present = place.intact();
          if (present.isPresent()) {
            keep(place, present.get(), origin);
            return false;
          }
          place.remove();
          requireRoom(dataBytes(backup));
          write(tree, backup, place, cache, progress);
          seal(place, origin, dataBytes(backup));
          return true;
        });
  }

  private <T> T alone(LockFile.Work<T> work) {
    try {
      return lock().during(work);
    } catch (IOException e) {
      throw new FailedException(
          "cannot change local copies in %s: %s".formatted(folder, Causes.of(e)), e);
    } catch (InterruptedException e) {
      throw new CancelledException("work on local copies was interrupted", e);
    }
  }

  /** What the copy of a committed backup takes on the disk. */
  public static long dataBytes(TrackedBackup backup) {
    if (backup.phase() instanceof Phase.Committed committed) {
      return committed.commit().figures().dataBytes();
    }
    throw new NotFoundException("the backup \"" + backup.name() + "\" is not complete");
  }

  private LockFile lock() throws IOException {
    makeFolder(folder);
    return LockFile.exclusive(folder.resolve(".lock"))
        .orElseThrow(
            () ->
                new RefusedException(
                    "another process is making or removing local copies in " + folder));
  }

  /** Nobody else is to read disks here. */
  private static void makeFolder(Path wanted) throws IOException {
    Files.createDirectories(wanted);
    Files.setPosixFilePermissions(wanted, PosixFilePermissions.fromString("rwx------"));
  }

  /** Gives how many there were. */
  private static int removeLeftovers(Path folder) throws IOException {
    int count = 0;
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, ".*.{part,tmp}")) {
      for (Path part : parts) {
        count += Files.deleteIfExists(part) ? 1 : 0;
      }
    }
    return count;
  }

  private void requireRoom(long bytes) throws IOException {
    FileStore disk = Files.getFileStore(folder);
    long margin = Math.min(MAX_MARGIN, disk.getTotalSpace() / MARGIN_SHARE);
    long free = disk.getUsableSpace();
    if (bytes + margin > free) {
      throw new RefusedException(
          "the copy needs %d MiB, and of the %d MiB that are free in %s %d MiB are to stay so"
              .formatted(mib(bytes), mib(free), folder, mib(margin)));
    }
  }

  private static long mib(long bytes) {
    return (bytes + (1 << 20) - 1) >> 20;
  }

  private static void write(
      Tree tree, TrackedBackup backup, Place place, SegmentCache cache, Progress progress)
      throws InterruptedException {
    Manifest manifest = tree.manifest(backup);
    try (BackupDisk disk = new BackupDisk(tree.keys(), manifest, new SegmentTable(), cache);
        RestoreTarget target = RestoreTarget.open(place.raw(), disk.geometry(), true)) {
      Restores.write("fill", new SegmentStream(manifest, disk), disk.geometry(), target, progress);
      target.sync();
      target.complete();
    }
  }

  private static void seal(Place place, CopyOrigin origin, long dataBytes) throws IOException {
    Files.setPosixFilePermissions(place.raw(), PosixFilePermissions.fromString("r--------"));
    sync(place.raw());
    write(
        place, new CopySeal(place.backup(), origin, dataBytes, CopySeal.FileState.of(place.raw())));
  }

  private static void write(Place place, CopySeal seal) throws IOException {
    Path temporary = place.folder().resolve("." + UUID.randomUUID() + ".tmp");
    try {
      Files.writeString(temporary, seal.text());
      sync(temporary);
      Files.move(temporary, place.seal(), StandardCopyOption.ATOMIC_MOVE);
      sync(place.folder());
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** What a person has asked for does not go by itself any more. */
  private static void keep(Place place, CopySeal seal, CopyOrigin origin) throws IOException {
    if (origin == CopyOrigin.ASKED && seal.origin() != origin) {
      write(place, new CopySeal(seal.backup(), origin, seal.dataBytes(), seal.state()));
    }
  }

  /**
   * Removes the oldest automatic copies that nobody reads until there is room for one more.
   *
   * @param bytes what the next one takes
   * @param budget what all automatic ones may take together
   * @return whether there is room now
   */
  public boolean makeRoom(long bytes, long budget) {
    List<StoredCopy> automatic =
        new ArrayList<>(
            list().stream().filter(copy -> copy.origin() == CopyOrigin.AUTOMATIC).toList());
    automatic.sort(Comparator.comparing(StoredCopy::made));
    long taken = automatic.stream().mapToLong(StoredCopy::dataBytes).sum();
    for (StoredCopy copy : automatic) {
      if (bytes > budget || taken + bytes <= budget) {
        break;
      }
      taken -= remove(copy.tree(), copy.backup()) ? copy.dataBytes() : 0;
    }
    return taken + bytes <= budget;
  }

  /** Whether there is anything to {@link #remove}. */
  public boolean exists(TreeName tree, BackupId backup) {
    Place place = place(tree, backup);
    return Files.exists(place.raw()) || Files.exists(place.seal());
  }

  /**
   * Removes a copy and what is left of one, if nobody reads it.
   *
   * @return whether nothing is there any more
   */
  public boolean remove(TreeName tree, BackupId backup) {
    Place place = place(tree, backup);
    if (!Files.exists(place.folder())) {
      return true;
    }
    return alone(() -> uses.unlessUsed(place.use(), place::remove));
  }

  /**
   * Removes all copies that nobody reads, and what killed fills have left.
   *
   * @return how many copies stay
   */
  public int removeAll() {
    int stay = 0;
    for (Path tree : entries(folder)) {
      for (Path file : entries(tree)) {
        Optional<BackupId> backup = backup(file);
        if (backup.isPresent()) {
          stay += remove(new TreeName(tree.getFileName().toString()), backup.get()) ? 0 : 1;
        }
      }
      tidy(tree);
    }
    return stay;
  }

  private int tidy(Path tree) {
    return alone(() -> removeLeftovers(tree));
  }

  /** The copies that are complete and that nobody has touched, in no order. */
  public List<StoredCopy> list() {
    List<StoredCopy> copies = new ArrayList<>();
    for (Path tree : entries(folder)) {
      for (Path file : entries(tree)) {
        backup(file)
            .flatMap(id -> new Place(tree, id).intact())
            .map(seal -> stored(new TreeName(tree.getFileName().toString()), seal))
            .ifPresent(copies::add);
      }
    }
    return copies;
  }

  private static StoredCopy stored(TreeName tree, CopySeal seal) {
    return new StoredCopy(
        tree, seal.backup(), seal.origin(), seal.dataBytes(), seal.state().modified());
  }

  private static Optional<BackupId> backup(Path file) {
    String name = file.getFileName().toString();
    try {
      return name.endsWith(RAW)
          ? Optional.of(BackupId.parse(name.substring(0, name.length() - RAW.length())))
          : Optional.empty();
    } catch (InvalidException foreign) {
      return Optional.empty();
    }
  }

  /** What lies in a folder, but for hidden files; nothing if it is no folder. */
  private static List<Path> entries(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "[!.]*")) {
      found.forEach(entries::add);
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    } catch (IOException e) {
      throw new FailedException("cannot list %s: %s".formatted(folder, Causes.of(e)), e);
    }
    return entries;
  }
}
