package org.ekkofs.control;

import java.util.Optional;
import java.util.function.Consumer;
import org.ekkofs.backup.SnapshotRequest;
import org.ekkofs.model.BackupName;
import org.ekkofs.model.NotFoundException;
import org.ekkofs.model.RefusedException;
import org.ekkofs.source.Basis;
import org.ekkofs.source.SourceOptions;
import org.ekkofs.source.nbd.ChangeContext;
import org.ekkofs.source.qemu.ChangeBitmap;
import org.ekkofs.source.qemu.ImageChain;

/**
 * How it is known what of an image differs from which parent.
 *
 * @param request with the parent that the image rests upon, if nobody named one
 * @param context what tells of changes; empty if everything is to be read
 */
record ImageChanges(SnapshotRequest request, Optional<ChangeContext> context) {
  /**
   * Decides.
   *
   * @throws NotFoundException if the image has no such bitmap
   * @throws RefusedException if only its own changes are to be read, and it rests on nothing
   */
  static ImageChanges of(
      ImageChain chain,
      SnapshotRequest request,
      SourceOptions options,
      BasisFinder finder,
      Consumer<String> remarks) {
    if (options.bitmap().isPresent()) {
      return new ImageChanges(request, bitmap(chain, options.bitmap().get(), remarks));
    }
    Optional<BasisFinder.Result> result =
        chain.basis().map(basis -> finder.find(basis, request.target().tree()));
    if (result.isPresent() && result.get() instanceof BasisFinder.Found found) {
      return resting(chain, found.name(), request, options, remarks);
    }
    if (options.changedOnly()) {
      return topOnly(chain, request);
    }
    if (result.isPresent() && result.get() instanceof BasisFinder.Unusable unusable) {
      remarks.accept("%s %s, so all of it is read".formatted(chain.top().file(), unusable.why()));
    }
    return new ImageChanges(request, Optional.empty());
  }

  private static Optional<ChangeContext> bitmap(
      ImageChain chain, String name, Consumer<String> remarks) {
    ChangeBitmap bitmap =
        chain
            .bitmap(name)
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "%s has no bitmap \"%s\"".formatted(chain.top().file(), name)));
    Optional<String> fault = bitmap.fault();
    fault.ifPresent(
        why ->
            remarks.accept(
                "the bitmap \"%s\" of %s %s, so all of it is read"
                    .formatted(name, chain.top().file(), why)));
    return fault.isPresent() ? Optional.empty() : Optional.of(new ChangeContext.DirtyBitmap(name));
  }

  private static ImageChanges resting(
      ImageChain chain,
      BackupName name,
      SnapshotRequest request,
      SourceOptions options,
      Consumer<String> remarks) {
    Basis basis = chain.basis().orElseThrow();
    if (request.parent().map(name::equals).orElse(true)) {
      return new ImageChanges(
          request.withParent(name, basis.backup()),
          Optional.of(new ChangeContext.AllocationDepth(chain.layersAboveBasis())));
    }
    if (options.changedOnly()) {
      return topOnly(chain, request);
    }
    remarks.accept(
        "%s rests on %s/%s and not on %s/%s, so all of it is read"
            .formatted(
                chain.top().file(),
                basis.tree(),
                name,
                request.target().tree(),
                request.parent().orElseThrow()));
    return new ImageChanges(request, Optional.empty());
  }

  private static ImageChanges topOnly(ImageChain chain, SnapshotRequest request) {
    if (chain.links().size() == 1) {
      throw new RefusedException(
          "%s has no backing file, so nothing says what of it has changed; leave out --changed-only"
              .formatted(chain.top().file()));
    }
    return new ImageChanges(request, Optional.of(new ChangeContext.AllocationDepth(1)));
  }
}
