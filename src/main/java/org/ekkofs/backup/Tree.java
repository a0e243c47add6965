package org.ekkofs.backup;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.model.Slot;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.TreeKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A backup tree of an open repository. Safe for use by many threads. */
public final class Tree {
  private static final Logger LOG = LoggerFactory.getLogger(Tree.class);

  private final Repository repository;
  private final CommitLog log;
  private final TreeKeys keys;

  Tree(Repository repository, CommitLog log) {
    this.repository = repository;
    this.log = log;
    this.keys = new TreeKeys(log.tree());
  }

  /** The tree's name. */
  public TreeName name() {
    return log.tree();
  }

  /** The keys of its objects. */
  public TreeKeys keys() {
    return keys;
  }

  CommitLog log() {
    return log;
  }

  boolean exists() {
    return log.refreshed(TreeState::settings).isPresent();
  }

  /** Whether it existed when the store was asked last. */
  boolean isKnown() {
    return log.current(TreeState::settings).isPresent();
  }

  /** As {@link CommitLog#requireWhole}. */
  void requireWholeLog() {
    log.requireWhole();
  }

  /**
   * As {@link CommitLog#lookForGap}.
   *
   * @throws CorruptException if a record is missing, so that what is known is out of date
   */
  public void lookForGap() {
    log.lookForGap();
  }

  /**
   * Sees to it that what is known of the tree is what its log says, and not only what a catalog or
   * a checkpoint says of it: nothing may be deleted for a bit that fell over on this machine. Reads
   * the whole log once.
   *
   * @return whether it was that already
   * @throws CorruptException if the log is damaged
   */
  boolean replay() {
    boolean right = log.replay(this::remember);
    if (!right) {
      LOG.warn(
          "what was remembered of tree {} is not what its log says, and was replaced by that;"
              + " \"ekkofs verify\" tells whether a checkpoint is wrong",
          name());
    }
    return right;
  }

  private void remember(TreeState replayed) {
    repository.catalog().forget(name());
    repository.catalog().replace(name(), replayed);
  }

  /** What the tree was created with. */
  public LogEvent.Create settings() {
    return log.current(TreeState::settings)
        .or(() -> log.refreshed(TreeState::settings))
        .orElseThrow(() -> new NotFoundException("there is no tree \"" + name() + "\""));
  }

  /** Every backup the log knows, in order of their intents, as the store has it now. */
  public List<TrackedBackup> all() {
    return log.refreshed(state -> List.copyOf(state.backups()));
  }

  /** Every backup the log knew when the store was asked last, in order of their intents. */
  public List<TrackedBackup> known() {
    return log.current(state -> List.copyOf(state.backups()));
  }

  /** As {@link TreeState#storedBytes}, as it was read last. */
  public long storedBytes() {
    return log.current(TreeState::storedBytes);
  }

  /** The visible backups, oldest first, as the store has them now. */
  public List<TrackedBackup> visible() {
    return log.refreshed(Sight::of).backups();
  }

  /** The visible backups as the store had them when it was asked last. */
  public Sight sight() {
    return log.current(Sight::of);
  }

  /** The visible backups as the store has them now; empty if nothing was appended since. */
  public Optional<Sight> sightAfter(Slot seen) {
    return log.refreshed(
        state -> state.slot().equals(seen) ? Optional.empty() : Optional.of(Sight.of(state)));
  }

  /**
   * The visible backup of a name, as the store has it now.
   *
   * @throws NotFoundException if there is none, saying so if it was deleted
   */
  public TrackedBackup find(BackupName name) {
    return log.refreshed(state -> find(state, name));
  }

  TrackedBackup find(TreeState state, BackupName name) {
    return state.visible(name).orElseThrow(() -> notFound(state, name));
  }

  private NotFoundException notFound(TreeState state, BackupName name) {
    BackupPath path = new BackupPath(name(), name);
    String message = "there is no backup \"" + path + "\"";
    boolean deleted = newest(state, name, Phase.Hidden.class).isPresent();
    boolean gone =
        newest(state, name, Phase.Planned.class)
            .or(() -> newest(state, name, Phase.Swept.class))
            .isPresent();
    boolean open = newest(state, name, Phase.Open.class).isPresent();
    if (deleted) {
      return new NotFoundException(
          message + "; it was deleted, and \"ekkofs undelete " + path + "\" may bring it back");
    }
    if (open) {
      return new NotFoundException(message + "; it is still being taken");
    }
    return new NotFoundException(
        message
            + (gone
                ? "; it was deleted, and a sweep has removed it for good, or is doing so"
                : ""));
  }

  Optional<TrackedBackup> newest(TreeState state, BackupName name, Class<? extends Phase> phase) {
    return state.backups().stream()
        .filter(backup -> backup.name().equals(name) && phase.isInstance(backup.phase()))
        .max(Comparator.comparing(TrackedBackup::slot));
  }

  /**
   * Deletes a backup as far as users see; {@link #undelete} brings it back until a sweep takes it.
   *
   * @throws RefusedException if it is protected
   */
  public TrackedBackup delete(BackupName name) {
    TrackedBackup hidden =
        log.append(
            state -> Optional.of(new LogEvent.Hide(deletable(state, name).id())),
            state -> hidden(state, name));
    repository.reached(CrashPoint.AFTER_HIDE);
    return hidden;
  }

  private TrackedBackup deletable(TreeState state, BackupName name) {
    TrackedBackup backup = find(state, name);
    if (backup.isProtected()) {
      throw isProtected(new BackupPath(name(), name));
    }
    return backup;
  }

  /** What whoever deletes a protected backup is told. */
  public static RefusedException isProtected(BackupPath path) {
    return new RefusedException(
        "the backup \"%s\" is protected; \"ekkofs unprotect %<s\" lifts that".formatted(path));
  }

  /** Sees to it that a backup cannot be deleted. One that is protected stays so. */
  public TrackedBackup protect(BackupName name) {
    return guard(name, true);
  }

  /** Lets a backup be deleted again. One that is not protected stays so. */
  public TrackedBackup unprotect(BackupName name) {
    return guard(name, false);
  }

  private TrackedBackup guard(BackupName name, boolean wanted) {
    return log.append(
        state -> {
          TrackedBackup backup = find(state, name);
          LogEvent event =
              wanted ? new LogEvent.Protect(backup.id()) : new LogEvent.Unprotect(backup.id());
          return backup.isProtected() == wanted ? Optional.empty() : Optional.of(event);
        },
        state -> find(state, name));
  }

  /**
   * Brings a deleted backup back.
   *
   * @param name the name it had; of several the one deleted last
   * @param as its new name
   * @throws NotFoundException if no deleted backup had the name, or a sweep has taken it
   * @throws AlreadyExistsException if the new name is taken
   */
  public TrackedBackup undelete(BackupName name, BackupName as) {
    return log.append(
        state -> {
          TrackedBackup hidden = hidden(state, name);
          checkFree(state, as);
          return Optional.of(new LogEvent.Unhide(hidden.id(), as));
        },
        state -> find(state, as));
  }

  private TrackedBackup hidden(TreeState state, BackupName name) {
    return state.backups().stream()
        .filter(backup -> backup.name().equals(name))
        .filter(backup -> backup.phase() instanceof Phase.Hidden)
        .max(Comparator.comparing(backup -> ((Phase.Hidden) backup.phase()).hiddenAt()))
        .orElseThrow(() -> notHidden(state, name));
  }

  private NotFoundException notHidden(TreeState state, BackupName name) {
    boolean gone =
        newest(state, name, Phase.Planned.class).isPresent()
            || newest(state, name, Phase.Swept.class).isPresent();
    return new NotFoundException(
        "no deleted backup \"%s\"%s"
            .formatted(
                new BackupPath(name(), name),
                gone
                    ? "; it was deleted, and a sweep has removed it for good, or is doing so"
                    : ""));
  }

  void checkFree(TreeState state, BackupName name) {
    if (state.visible(name).isPresent()) {
      throw new AlreadyExistsException(
          "there is a backup \"%s\" already".formatted(new BackupPath(name(), name)));
    }
  }

  /**
   * Declares that an unfinished snapshot will never be finished. Its writer, should it still run,
   * is told so when it tries to commit.
   *
   * @throws NotFoundException if no unfinished snapshot has the name
   * @throws RefusedException if its writer is known to be alive, unless forced; or if it was
   *     finished meanwhile
   */
  public TrackedBackup revoke(BackupName name, boolean force) {
    TrackedBackup target =
        log.refreshed(state -> newest(state, name, Phase.Open.class))
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "no unfinished snapshot \"%s\"".formatted(new BackupPath(name(), name))));
    if (!force && repository.host().isAlive(target.writer())) {
      throw new RefusedException(
          "process %d on this host is still taking \"%s\"; stop it, or use --force"
              .formatted(target.writer().pid(), new BackupPath(name(), name)));
    }
    return revoke(target.id())
        .filter(found -> found.phase() instanceof Phase.Revoked)
        .orElseThrow(
            () ->
                new RefusedException(
                    "the snapshot \"%s\" was finished meanwhile"
                        .formatted(new BackupPath(name(), name))));
  }

  /** Revokes the snapshot if it is still open; says how it stands after that, if it is known. */
  Optional<TrackedBackup> revoke(BackupId id) {
    return log.append(
        state ->
            isOpen(state, id) ? Optional.of(new LogEvent.Revoke(id)) : Optional.<LogEvent>empty(),
        state -> state.backup(id));
  }

  private static boolean isOpen(TreeState state, BackupId id) {
    return state.backup(id).map(TrackedBackup::isOpen).orElse(false);
  }

  /**
   * Records how backups were found by a verification.
   *
   * @param percent how much of their data was read: 0 if only its presence was checked
   * @throws org.ekkofs.model.EkkofsException if the log cannot be written to
   */
  void verified(int percent, List<BackupId> sound, List<BackupId> damaged) {
    int all = sound.size() + damaged.size();
    for (int from = 0; from < all; from += LogEvent.MAX_BACKUPS) {
      int to = Math.min(all, from + LogEvent.MAX_BACKUPS);
      LogEvent event =
          new LogEvent.Verified(
              percent,
              sound.subList(Math.min(from, sound.size()), Math.min(to, sound.size())),
              damaged.subList(Math.max(0, from - sound.size()), Math.max(0, to - sound.size())));
      log.append(state -> Optional.of(event), TreeState::slot);
    }
  }

  /**
   * Revokes the snapshots whose writers are known to be dead, but for copies, which can be
   * continued; gives how many there were.
   */
  public int revokeDead() {
    List<BackupId> dead = deadSnapshots();
    dead.forEach(this::revoke);
    return dead.size();
  }

  /** The unfinished snapshots, copies left out, whose writers are known to be dead. */
  List<BackupId> deadSnapshots() {
    return log.refreshed(state -> state.unfinished().toList()).stream()
        .filter(backup -> backup.copied().isEmpty())
        .filter(backup -> repository.host().isDead(backup.writer()))
        .map(TrackedBackup::id)
        .toList();
  }

  /**
   * Opens the manifest of a committed backup.
   *
   * @throws CorruptException if it is missing or damaged
   */
  public Manifest manifest(TrackedBackup backup) {
    if (!(backup.phase() instanceof Phase.Committed committed)) {
      throw new NotFoundException(
          "the backup \"%s\" is not complete".formatted(new BackupPath(name(), backup.name())));
    }
    return repository.manifests().open(keys, backup.id(), committed.commit().manifest());
  }
}
