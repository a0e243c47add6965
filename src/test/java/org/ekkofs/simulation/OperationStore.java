package org.ekkofs.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.ekkofs.model.CorruptException;
import org.ekkofs.model.StoreUnavailableException;
import org.ekkofs.store.Body;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;
import org.ekkofs.store.ObjectStore;

/** A store whose operations are answered by a function. */
record OperationStore(Function<Operation, Answer> answers) implements ObjectStore {
  @Override
  public Optional<byte[]> get(ObjectKey key, int maxBytes) {
    Optional<byte[]> bytes = bytes(Operation.of(Operation.Kind.GET, key.value()));
    if (bytes.isPresent() && bytes.get().length > maxBytes) {
      throw new CorruptException(key + " is longer than " + maxBytes);
    }
    return bytes;
  }

  @Override
  public Optional<byte[]> getRange(ObjectKey key, long offset, int length) {
    return bytes(new Operation(Operation.Kind.GET_RANGE, key.value(), new byte[0], offset, length));
  }

  private Optional<byte[]> bytes(Operation operation) {
    Answer answer = answer(operation);
    return answer.kind() == Answer.Kind.NO ? Optional.empty() : Optional.of(answer.bytes().clone());
  }

  private Answer answer(Operation operation) {
    Answer answer = answers.apply(operation);
    if (answer.kind() == Answer.Kind.UNAVAILABLE) {
      throw new StoreUnavailableException("simulated", null);
    }
    return answer;
  }

  @Override
  public void put(ObjectKey key, Body body) {
    try (InputStream in = body.open()) {
      answer(Operation.storing(Operation.Kind.PUT, key, in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean createIfAbsent(ObjectKey key, byte[] bytes) {
    return answer(Operation.storing(Operation.Kind.CREATE, key, bytes.clone())).kind()
        == Answer.Kind.DONE;
  }

  @Override
  public void sync() {
    answer(Operation.of(Operation.Kind.SYNC, ""));
  }

  /** One after the other. */
  @Override
  public void delete(Collection<ObjectKey> keys) {
    for (ObjectKey key : keys) {
      answer(Operation.of(Operation.Kind.DELETE, key.value()));
    }
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> consumer) {
    answer(Operation.of(Operation.Kind.LIST, prefix)).objects().forEach(consumer);
  }

  @Override
  public Iterable<String> children(String prefix) {
    return answer(Operation.of(Operation.Kind.CHILDREN, prefix)).objects().stream()
        .map(object -> object.key().name())
        .toList();
  }

  @Override
  public String description() {
    return "a simulated store";
  }

  @Override
  public void close() {
    // What lies in it stays for the others.
  }
}
