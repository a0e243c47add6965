package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.model.AlreadyExistsException;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.BackupPath;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.EkkofsException;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;

/**
 * Copies backups from one repository into another, where they share what they share in the first.
 * Safe for use by many threads.
 */
public final class Copies {
  private final Repository source;
  private final Repository destination;

  /** Copies between two repositories, which stay open. */
  public Copies(Repository source, Repository destination) {
    this.source = source;
    this.destination = destination;
  }

  /**
   * Copies what the destination lacks, oldest first. Goes on with what an interrupted copy of this
   * host has left. A backup that is damaged, or whose name another has in the destination, is
   * reported and left out; everything else that goes wrong ends the copying, and the next one goes
   * on from there.
   *
   * @throws NotFoundException if there is no such tree or backup
   * @throws RefusedException if a tree would be copied into itself, or has other segments in the
   *     destination
   */
  public CopyReport copy(CopyRequest request, Progress progress) {
    Tree from = from(request);
    List<TrackedBackup> chosen = chosen(from, request);
    Tree to = destination.treeOrNew(request.as());
    create(to, from.settings());
    to.requireWholeLog();
    List<TrackedBackup> missing = missing(to, chosen);
    progress.begin("copy", missing.stream().mapToLong(ProgressShare::dataBytes).sum());
    Result result = new Result(from, chosen.size() - missing.size());
    try (CopyRun run = new CopyRun(source, from, destination, to)) {
      for (TrackedBackup backup : missing) {
        progress.check();
        copy(run, backup, to, result, progress);
      }
    }
    return result.report();
  }

  /**
   * What {@link #copy} would copy now; changes nothing.
   *
   * @throws NotFoundException as {@link #copy}
   * @throws RefusedException as {@link #copy}
   */
  public CopyPreview preview(CopyRequest request, Progress progress) {
    Tree from = from(request);
    List<TrackedBackup> chosen = chosen(from, request);
    Tree to = destination.treeOrNew(request.as());
    boolean exists = to.exists();
    to.requireWholeLog();
    if (exists) {
      checkSettings(to, from.settings(), to.settings());
    }
    List<TrackedBackup> missing = missing(to, chosen);
    Copiedness there = Copiedness.of(destination, to);
    List<TrackedBackup> known =
        from.known().stream()
            .filter(TrackedBackup::isVisible)
            .filter(backup -> there.find(source.origin(backup)).isPresent())
            .toList();
    long most = new CopySize(source, from, progress).of(missing, known);
    return new CopyPreview(missing, chosen.size() - missing.size(), most);
  }

  private Tree from(CopyRequest request) {
    boolean same = source.descriptor().id().equals(destination.descriptor().id());
    if (same && request.tree().equals(request.as())) {
      throw new RefusedException(
          "%s and %s are the same repository, or one is a copy of the other; give --as TREE to copy into another tree"
              .formatted(source.description(), destination.description()));
    }
    Tree from = source.tree(request.tree());
    from.requireWholeLog();
    return from;
  }

  private static List<TrackedBackup> chosen(Tree from, CopyRequest request) {
    request.names().forEach(from::find);
    return from.visible().stream()
        .filter(backup -> request.names().isEmpty() || request.names().contains(backup.name()))
        .sorted(Comparator.comparing(TrackedBackup::slot))
        .toList();
  }

  private List<TrackedBackup> missing(Tree to, List<TrackedBackup> chosen) {
    Copiedness there = Copiedness.of(destination, to);
    return chosen.stream().filter(backup -> there.find(source.origin(backup)).isEmpty()).toList();
  }

  private static void create(Tree to, LogEvent.Create settings) {
    LogEvent.Create found =
        to.log()
            .append(
                state -> state.settings().isPresent() ? Optional.empty() : Optional.of(settings),
                state -> state.settings().orElseThrow());
    checkSettings(to, settings, found);
  }

  /** Of segments of another size no digest is the same. */
  private static void checkSettings(Tree to, LogEvent.Create from, LogEvent.Create found) {
    if (!found.segmentSize().equals(from.segmentSize())) {
      throw new RefusedException(
          "tree %s has segments of %d bytes in the destination, and of %d in the source; give --as TREE to copy into another tree"
              .formatted(to.name(), found.segmentSize().bytes(), from.segmentSize().bytes()));
    }
  }

  private void copy(CopyRun run, TrackedBackup backup, Tree to, Result result, Progress progress) {
    try {
      result.copied(run.copy(backup, progress));
    } catch (CorruptException e) {
      result.failed(backup, e);
    } catch (AlreadyExistsException | RefusedException e) {
      if (Copiedness.of(destination, to).find(source.origin(backup)).isPresent()) {
        result.already++;
      } else if (e instanceof AlreadyExistsException) {
        result.failed(backup, e);
      } else {
        throw e;
      }
    }
  }

  /** What has been done so far. */
  private static final class Result {
    private final Tree from;
    private final List<TrackedBackup> copied = new ArrayList<>();
    private final List<BackupPath> deleted = new ArrayList<>();
    private final List<CopyReport.Failure> failures = new ArrayList<>();
    private long already;
    private long sentBytes;
    private long reusedBytes;

    Result(Tree from, long already) {
      this.from = from;
      this.already = already;
    }

    void copied(CopyRun.Done done) {
      copied.add(done.backup());
      sentBytes += done.sentBytes();
      reusedBytes += done.reusedBytes();
    }

    /** What was deleted meanwhile and swept is not damaged. */
    void failed(TrackedBackup backup, EkkofsException cause) {
      BackupPath path = new BackupPath(from.name(), backup.name());
      if (isVisible(backup.id())) {
        failures.add(new CopyReport.Failure(path, cause));
      } else {
        deleted.add(path);
      }
    }

    private boolean isVisible(BackupId id) {
      return from.log()
          .refreshed(state -> state.backup(id).map(TrackedBackup::isVisible).orElse(false));
    }

    CopyReport report() {
      return new CopyReport(copied, already, deleted, failures, sentBytes, reusedBytes);
    }
  }
}
