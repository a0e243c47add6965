package org.ekkofs.backup;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.ekkofs.catalog.Catalog;
import org.ekkofs.format.DescriptorCodec;
import org.ekkofs.log.CommitLog;
import org.ekkofs.log.LogReader;
import org.ekkofs.log.LogStore;
import org.ekkofs.log.Stamper;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.ManifestFiles;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.Copied;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.LogPlace;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.Origin;
import org.ekkofs.model.RepositoryDescriptor;
import org.ekkofs.model.TreeName;
import org.ekkofs.store.Body;
import org.ekkofs.store.ConditionalPutProbe;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/** An open repository. Safe for use by many threads. */
public final class Repository implements AutoCloseable {
  /** The object that makes a folder a repository. */
  public static final String DESCRIPTOR_NAME = "ekkofs.json";

  private static final ObjectKey DESCRIPTOR = ObjectKey.of(DESCRIPTOR_NAME);
  private static final int MANY_TREES = 1000;

  private final ObjectStore store;
  private final RepositoryDescriptor descriptor;
  private final Host host;
  private final Stamper stamper;
  private final ExecutorService readers;
  private final LogStore logs;
  private final Catalog catalog;
  private final ManifestFiles manifests;
  private final Checkpoints checkpoints;
  private final LogStart start;
  private final LocalState local;
  private final Consumer<CrashPoint> crashPoints;
  private final Threads threads;

  /** Large from the start: while a tree is loaded, those that fall into the same bin wait. */
  private final Map<TreeName, Tree> trees = new ConcurrentHashMap<>(MANY_TREES);

  private Repository(
      ObjectStore store,
      RepositoryDescriptor descriptor,
      Access access,
      LocalState local,
      Surroundings surroundings) {
    this.store = store;
    this.descriptor = descriptor;
    this.local = local;
    this.host = surroundings.host();
    this.stamper = new Stamper(surroundings.clock(), surroundings.ids(), host.self().host());
    this.crashPoints = surroundings.crashPoints();
    this.threads = surroundings.threads();
    this.readers = threads.pool("ekkofs-log", LogReader.MAX_WINDOW);
    this.logs = access.logs(descriptor, store, readers, local, host);
    this.catalog = Catalog.open(local.catalog(descriptor.id()));
    this.manifests =
        new ManifestFiles(
            store,
            local.manifests(descriptor.id()),
            local.maxManifestBytes(),
            surroundings.clock());
    this.checkpoints =
        new Checkpoints(
            new CheckpointFiles(store, logs, manifests), catalog, this::gather, surroundings);
    this.start = new LogStart(logs, catalog, checkpoints);
  }

  /**
   * Makes a repository that is not encrypted and keeps its logs in its store.
   *
   * @throws AlreadyExistsException if there is one already
   * @throws org.ekkofs.model.RefusedException if the store's create-if-absent is not to be trusted
   */
  public static RepositoryDescriptor init(ObjectStore store, Clock clock) {
    RepositoryDescriptor descriptor =
        new RepositoryDescriptor(UUID.randomUUID(), clock.instant(), LogPlace.STORE, false);
    init(store, descriptor, () -> {});
    return descriptor;
  }

  /**
   * Makes a repository in an empty store, after proving that the store can carry its logs if it is
   * to do so.
   *
   * @param store as it is, not decrypted
   * @param prepare makes what must be there before the repository is: keys, a database's tables
   * @throws AlreadyExistsException if there is one already
   * @throws org.ekkofs.model.RefusedException if the store's create-if-absent is not to be trusted
   */
  public static void init(ObjectStore store, RepositoryDescriptor descriptor, Runnable prepare) {
    if (store.get(DESCRIPTOR, DescriptorCodec.MAX_BYTES).isPresent()) {
      throw taken(store);
    }
    if (descriptor.log() instanceof LogPlace.Store) {
      ConditionalPutProbe.prove(store);
    }
    prepare.run();
    store.sync();
    if (!(descriptor.log() instanceof LogPlace.Store)) {
      // The store may have no create-if-absent at all.
      redescribe(store, descriptor);
    } else if (!store.createIfAbsent(DESCRIPTOR, DescriptorCodec.encode(descriptor))) {
      throw taken(store);
    }
  }

  /**
   * Describes a repository anew, as when its logs have another place. Nobody else may be doing the
   * same.
   */
  public static void redescribe(ObjectStore store, RepositoryDescriptor descriptor) {
    store.put(DESCRIPTOR, Body.of(DescriptorCodec.encode(descriptor)));
    store.sync();
  }

  private static AlreadyExistsException taken(ObjectStore store) {
    return new AlreadyExistsException(
        "there is a repository in " + store.description() + " already");
  }

  /** Opens a repository that is not encrypted and keeps its logs in its store. */
  public static Repository open(ObjectStore store, LocalState local, Surroundings surroundings) {
    return open(store, Access.PLAIN, local, surroundings);
  }

  /**
   * Opens a repository.
   *
   * @param store closed with the repository
   * @throws NotFoundException if the store holds none
   * @throws CorruptException if what it says of itself cannot be read
   */
  public static Repository open(
      ObjectStore store, Access access, LocalState local, Surroundings surroundings) {
    RepositoryDescriptor descriptor = describe(store);
    return new Repository(
        access.decrypted(descriptor, store), descriptor, access, local, surroundings);
  }

  /**
   * What a repository says of itself.
   *
   * @throws NotFoundException if the store holds none
   * @throws CorruptException if what it says cannot be read
   */
  public static RepositoryDescriptor describe(ObjectStore store) {
    byte[] bytes =
        store
            .get(DESCRIPTOR, DescriptorCodec.MAX_BYTES)
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "there is no repository in %s; \"ekkofs init\" makes one"
                            .formatted(store.description())));
    try {
      return DescriptorCodec.decode(bytes);
    } catch (CorruptException e) {
      throw new CorruptException(
          "the description of the repository (%s) is damaged: %s"
              .formatted(DESCRIPTOR, e.getMessage()),
          e);
    }
  }

  /** What the repository says of itself. */
  public RepositoryDescriptor descriptor() {
    return descriptor;
  }

  /** What to call it in messages: where its objects lie, without secrets. */
  public String description() {
    return store.description();
  }

  /** As {@link ObjectStore#parallelism}. */
  public int parallelism() {
    return store.parallelism();
  }

  /** Where its objects lie. */
  public ObjectStore store() {
    return store;
  }

  /** Where this machine keeps its copies. */
  public LocalState local() {
    return local;
  }

  /** This machine and process. */
  public Host host() {
    return host;
  }

  /** The clock of this process. */
  public Clock clock() {
    return stamper.clock();
  }

  BackupId newId() {
    return new BackupId(stamper.nonces().get());
  }

  void reached(CrashPoint point) {
    crashPoints.accept(point);
  }

  Catalog catalog() {
    return catalog;
  }

  Checkpoints checkpoints() {
    return checkpoints;
  }

  private void gather(CommitLog log, List<TrackedBackup> backups) {
    new KnownReferences(this, new Tree(this, log), Progress.NONE)
        .forEach(backups, (backup, references) -> {});
  }

  Threads threads() {
    return threads;
  }

  ManifestFiles manifests() {
    return manifests;
  }

  /** The names of all trees, in order. */
  public List<TreeName> treeNames() {
    return logs.trees();
  }

  /**
   * A tree.
   *
   * @throws NotFoundException if there is none of this name
   * @throws CorruptException if its log is damaged, or its beginning is missing
   */
  public Tree tree(TreeName name) {
    Tree tree = treeOrNew(name);
    if (!tree.exists()) {
      tree.requireWholeLog();
      throw new NotFoundException(
          "there is no tree \"" + name + "\"; \"ekkofs ls\" shows them all");
    }
    return tree;
  }

  /**
   * Those trees whose logs can be read, in order of their names and as the store has them now:
   * {@link Tree#known} need not ask it again. One that another process is just making may be left
   * out. Of a long log not everything is looked at, see {@link CommitLog#lookForGap}.
   *
   * @param damaged told of each of the others
   */
  public List<Tree> trees(BiConsumer<TreeName, CorruptException> damaged) {
    return readable(tree -> tree.log().lookForGap(), damaged);
  }

  /** As {@link #trees}, but lists every record of their logs. */
  List<Tree> wholeTrees(BiConsumer<TreeName, CorruptException> damaged) {
    return readable(Tree::requireWholeLog, damaged);
  }

  private List<Tree> readable(
      Consumer<Tree> check, BiConsumer<TreeName, CorruptException> damaged) {
    return TreeReads.of(treeNames(), threads, name -> readable(name, check), damaged);
  }

  private Optional<Tree> readable(TreeName name, Consumer<Tree> check) {
    Tree tree = treeOrNew(name);
    check.accept(tree);
    return Optional.of(tree).filter(Tree::isKnown);
  }

  /** The snapshot that a backup of this repository goes back to. */
  Origin origin(TrackedBackup backup) {
    return backup
        .copied()
        .map(Copied::origin)
        .orElseGet(() -> new Origin(descriptor.id(), backup.id(), backup.taken()));
  }

  /** A tree, which may not have been created yet. */
  Tree treeOrNew(TreeName name) {
    return trees.computeIfAbsent(name, this::load);
  }

  private Tree load(TreeName name) {
    CommitLog log =
        new CommitLog(
            name,
            logs,
            stamper,
            start.of(name),
            advanced -> catalog.save(name, advanced),
            checkpoints::appended);
    return new Tree(this, log);
  }

  @Override
  public void close() {
    checkpoints.close();
    readers.shutdownNow();
    logs.close();
    catalog.close();
    store.close();
  }
}
