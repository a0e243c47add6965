package org.ekkofs.backup;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ekkofs.format.Chunk;
import org.ekkofs.format.ChunkCodec;
import org.ekkofs.format.ChunkHeader;
import org.ekkofs.log.TrackedBackup;
import org.ekkofs.manifest.Manifest;
import org.ekkofs.model.BlockMask;
import org.ekkofs.model.ChunkId;
import org.ekkofs.model.Layer;
import org.ekkofs.model.LogEvent;
import org.ekkofs.model.SegmentEntry;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectKey;

/**
 * Makes chunks again: the very object if the source has it, or one of the same blocks, each proved
 * by the digests of the backups that need it. A chunk that already holds what it must is left
 * alone. For one thread.
 */
final class ChunkRepair implements AutoCloseable {
  private final TreeScope scope;
  private final RepairSource source;
  private final ChunkCodec codec;
  private final ChunkObjects own;
  private final Optional<ChunkObjects> theirs;
  private final ChunkUses uses;

  ChunkRepair(TreeScope scope, RepairSource source) {
    LogEvent.Create settings = scope.tree().settings();
    this.scope = scope;
    this.source = source;
    this.codec = new ChunkCodec(settings.segmentSize(), settings.compression());
    this.own = new ChunkObjects(scope.store(), scope.keys(), codec);
    this.theirs = source.objects().map(store -> new ChunkObjects(store, scope.keys(), codec));
    this.uses = new ChunkUses(scope);
  }

  /** Repairs what it can of a segment's chunks; says what was stored, in words. */
  List<String> repair(TrackedBackup backup, Manifest manifest, SegmentEntry entry) {
    SegmentUse use = new SegmentUse(backup, manifest.meta().geometry(), entry);
    Optional<Evidence> evidence = evidence(use);
    List<String> stored = new ArrayList<>();
    if (evidence.isPresent()) {
      Set<ChunkId> chunks = new LinkedHashSet<>();
      entry.layers().forEach(layer -> chunks.add(layer.chunk()));
      chunks.forEach(chunk -> repair(chunk, use, evidence.get()).ifPresent(stored::add));
    }
    return stored;
  }

  /** Digests of the segment's blocks, from whatever proves them. */
  private Optional<Evidence> evidence(SegmentUse use) {
    return content(use)
        .flatMap(content -> Evidence.ofContent(use, content))
        .or(() -> Evidence.ofHeaders(use, this::bestHeader))
        .or(() -> theirs.flatMap(other -> Evidence.ofHeaders(use, other::header)));
  }

  private Optional<byte[]> content(SegmentUse use) {
    return source.bytes(scope.tree().name(), use.backup().name(), use.offset(), use.length());
  }

  private Optional<ChunkHeader> bestHeader(ChunkId chunk) {
    return own.find(chunk)
        .or(() -> theirs.flatMap(other -> other.find(chunk)))
        .map(ChunkObjects.Found::chunk)
        .map(Chunk::header)
        .or(() -> own.header(chunk));
  }

  private Optional<String> repair(ChunkId chunk, SegmentUse use, Evidence evidence) {
    BlockMask needed = use.blocksIn(chunk);
    if (own.find(chunk).filter(found -> fits(found, needed, evidence)).isPresent()) {
      return Optional.empty();
    }
    Optional<byte[]> object =
        theirs
            .flatMap(other -> other.find(chunk))
            .filter(found -> fits(found, needed, evidence))
            .map(ChunkObjects.Found::object)
            .or(() -> rebuilt(chunk, use, evidence));
    return object.map(bytes -> put(chunk, use, bytes));
  }

  private static boolean fits(ChunkObjects.Found found, BlockMask needed, Evidence evidence) {
    return evidence.agrees(found.chunk().header(), needed);
  }

  private String put(ChunkId chunk, SegmentUse use, byte[] object) {
    ObjectKey key = scope.keys().chunk(chunk);
    scope.store().put(key, Body.of(object));
    long before =
        use.entry().layers().stream()
            .filter(layer -> layer.chunk().equals(chunk))
            .mapToLong(Layer::storedBytes)
            .findFirst()
            .orElse(object.length);
    return before == object.length
        ? "chunk " + key
        : "chunk %s, now of %d bytes instead of %d,".formatted(key, object.length, before);
  }

  /** The chunk made of blocks that the source has; empty if it lacks one that somebody needs. */
  private Optional<byte[]> rebuilt(ChunkId chunk, SegmentUse use, Evidence evidence) {
    BlockMask here = use.blocksIn(chunk);
    Optional<ChunkHeader> header = own.header(chunk).filter(found -> evidence.agrees(found, here));
    GatheredBlocks blocks = new GatheredBlocks(use.geometry().segmentSize());
    content(use).ifPresent(content -> blocks.add(here, use, content, evidence));
    BlockMask wanted = header.map(ChunkHeader::blocks).orElseGet(() -> uses.blocks(chunk));
    if (!blocks.has(wanted)) {
      gather(chunk, use, wanted, blocks);
      // Some of what it held may not be needed by anybody any more, but only if that is certain:
      // what is still good of it would be lost.
      wanted = blocks.has(wanted) || !uses.areAllKnown(chunk) ? wanted : uses.blocks(chunk);
    }
    return blocks.has(wanted) && wanted.contains(here)
        ? Optional.of(blocks.encode(codec, wanted))
        : Optional.empty();
  }

  private void gather(ChunkId chunk, SegmentUse known, BlockMask wanted, GatheredBlocks blocks) {
    uses.of(chunk, known)
        .takeWhile(other -> !blocks.has(wanted))
        .forEach(
            other -> {
              Optional<Evidence> proof = evidence(other);
              Optional<byte[]> content = content(other);
              if (proof.isPresent() && content.isPresent()) {
                blocks.add(other.blocksIn(chunk), other, content.get(), proof.get());
              }
            });
  }

  @Override
  public void close() {
    uses.close();
  }
}
