package org.ekkofs.backup;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.ekkofs.backup.VerificationReport.Amount;
import org.ekkofs.backup.VerificationReport.Spare;
import org.ekkofs.format.References;
import org.ekkofs.format.SweepPlan;
import org.ekkofs.log.PendingPlan;
import org.ekkofs.log.Phase;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.log.TreeState;
import org.ekkofs.model.BackupId;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.SegmentIndex;
import org.ekkofs.store.ObjectInfo;

/**
 * The objects of a tree that no visible backup refers to: garbage, which sweeps give back, and what
 * no record explains. Both only cost space. When it is not sure, an object is neither. For one
 * thread.
 */
final class SpareObjects {
  private static final Pattern SLOT = Pattern.compile("[0-9]{16}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final TreeScope scope;
  private final References.Builder live = References.builder();
  private final Set<BackupId> seen = new HashSet<>();

  /** Of ids that no record had when the listing began. */
  private final Map<BackupId, Amount> unknown = new HashMap<>();

  private Map<BackupId, TrackedBackup> backups = Map.of();
  private References inUse = References.builder().build();
  private References given = References.builder().build();
  private Set<String> pendingPlans = Set.of();
  private boolean allKnown = true;
  private Amount garbage = Amount.NONE;
  private Amount foreign = Amount.NONE;

  SpareObjects(TreeScope scope) {
    this.scope = scope;
  }

  /** A visible backup refers to these chunks. */
  void refersTo(TrackedBackup backup, References references) {
    seen.add(backup.id());
    live.addAll(references);
  }

  /** How many chunks those backups refer to, shared ones counted once. */
  long chunks() {
    return live.build().count();
  }

  /** Lists the whole tree. */
  Spare find(Progress progress) {
    prepare(scope.tree().log().refreshed(state -> new Known(state)));
    scope
        .store()
        .list(
            "trees/" + scope.tree().name() + "/",
            object -> {
              progress.check();
              sort(object);
            });
    Set<BackupId> now =
        scope.tree().all().stream().map(TrackedBackup::id).collect(Collectors.toSet());
    unknown.forEach((id, amount) -> foreign = now.contains(id) ? foreign : foreign.plus(amount));
    return new Spare(scope.tree().name(), garbage, foreign);
  }

  /** What the log knows. */
  private record Known(List<TrackedBackup> backups, List<PendingPlan> plans) {
    Known(TreeState state) {
      this(List.copyOf(state.backups()), state.plans());
    }
  }

  private void prepare(Known known) {
    backups =
        known.backups().stream().collect(Collectors.toMap(TrackedBackup::id, Function.identity()));
    References.Builder goes = References.builder();
    for (TrackedBackup backup : known.backups()) {
      if (backup.isVisible() && !seen.contains(backup.id())) {
        addTo(live, scope.references().find(backup));
      } else if (backup.phase() instanceof Phase.Hidden) {
        addTo(goes, scope.references().find(backup));
      }
    }
    for (PendingPlan plan : known.plans()) {
      addTo(goes, plan(plan).map(SweepPlan::chunks));
    }
    pendingPlans =
        known.plans().stream().map(plan -> plan.plan().toString()).collect(Collectors.toSet());
    inUse = live.build();
    given = goes.build();
  }

  private void addTo(References.Builder builder, Optional<References> references) {
    allKnown &= references.isPresent();
    references.ifPresent(builder::addAll);
  }

  private Optional<SweepPlan> plan(PendingPlan plan) {
    try {
      return scope
          .store()
          .get(scope.keys().plan(plan.plan()), SweepPlan.MAX_BYTES)
          .map(SweepPlan::decode);
    } catch (CorruptException damaged) {
      return Optional.empty();
    }
  }

  private void sort(ObjectInfo object) {
    List<String> parts = object.key().parts();
    String kind = parts.size() > 3 ? parts.get(2) : "";
    String name = parts.get(parts.size() - 1);
    boolean sorted =
        switch (kind) {
          case "log" -> parts.size() == 4 && SLOT.matcher(name).matches();
          case "checkpoints" -> true;
          case "plans" -> parts.size() == 4 && plan(object, name);
          case "manifests", "references" ->
              parts.size() == 4
                  && StoredChunks.id(name).map(id -> ofBackup(object, id)).orElse(false);
          case "chunks" ->
              parts.size() == 5
                  && StoredChunks.id(parts.get(3)).map(owner -> chunk(object, owner)).orElse(false);
          default -> false;
        };
    if (!sorted) {
      foreign = foreign.plus(object.length());
    }
  }

  private boolean plan(ObjectInfo object, String name) {
    if (!SHA256.matcher(name).matches()) {
      return false;
    }
    if (!pendingPlans.contains(name)) {
      garbage = garbage.plus(object.length());
    }
    return true;
  }

  /** False if the object is foreign. */
  private boolean ofBackup(ObjectInfo object, BackupId id) {
    TrackedBackup backup = backups.get(id);
    if (backup == null) {
      unknown.merge(id, new Amount(1, object.length()), Amount::plus);
      return true;
    }
    Phase phase = backup.phase();
    if (phase instanceof Phase.Hidden
        || phase instanceof Phase.Planned
        || phase instanceof Phase.Revoked) {
      garbage = garbage.plus(object.length());
    }
    return !(phase instanceof Phase.Swept);
  }

  /** False if the object is foreign. */
  private boolean chunk(ObjectInfo object, BackupId owner) {
    TrackedBackup backup = backups.get(owner);
    Optional<SegmentIndex> segment = StoredChunks.segment(object);
    if (segment.isEmpty()) {
      return false;
    }
    if (backup == null) {
      unknown.merge(owner, new Amount(1, object.length()), Amount::plus);
      return true;
    }
    ChunkId chunk = new ChunkId(owner, segment.get());
    if (inUse.contains(chunk) || backup.isOpen()) {
      return true;
    }
    if (backup.phase() instanceof Phase.Revoked || given.contains(chunk)) {
      garbage = garbage.plus(object.length());
      return true;
    }
    return !allKnown;
  }
}
