package org.ekkofs.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.ekkofs.store.ObjectInfo;
import org.ekkofs.store.ObjectKey;

/**
 * All contents of a store that an exploration comes upon, each kept once and known by a number.
 * Only what objects hold makes a difference, not when they were written. For one thread.
 */
final class Contents {
  /** A content: for each key the version of its object, or -1. */
  private record Content(int[] versions) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Content that && Arrays.equals(versions, that.versions);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(versions);
    }

    int version(int key) {
      return key < versions.length ? versions[key] : -1;
    }

    Content with(int key, int version) {
      int[] next = Arrays.copyOf(versions, Math.max(versions.length, key + 1));
      Arrays.fill(next, versions.length, next.length, -1);
      next[key] = version;
      int end = next.length;
      while (end > 0 && next[end - 1] < 0) {
        end--;
      }
      return new Content(Arrays.copyOf(next, end));
    }
  }

  /** An answer, and the number of the content that the operation leaves. */
  record Result(Answer answer, int content) {}

  private final Map<String, Integer> keys = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private final List<List<byte[]>> versions = new ArrayList<>();
  private final Map<Content, Integer> numbers = new HashMap<>();
  private final List<Content> contents = new ArrayList<>();

  /** The content of an empty store. */
  int empty() {
    return number(new Content(new int[0]));
  }

  /** How many there are. */
  int count() {
    return contents.size();
  }

  private int number(Content content) {
    Integer known = numbers.get(content);
    if (known == null) {
      known = contents.size();
      numbers.put(content, known);
      contents.add(content);
    }
    return known;
  }

  private int key(String name) {
    Integer known = keys.get(name);
    if (known == null) {
      known = names.size();
      keys.put(name, known);
      names.add(name);
      versions.add(new ArrayList<>());
    }
    return known;
  }

  /** The object of a key, the same array each time. */
  Optional<byte[]> get(int content, String key) {
    Integer number = keys.get(key);
    int version = number == null ? -1 : contents.get(content).version(number);
    return version < 0 ? Optional.empty() : Optional.of(versions.get(number).get(version));
  }

  boolean has(int content, String key) {
    Integer number = keys.get(key);
    return number != null && contents.get(content).version(number) >= 0;
  }

  /** The content with this object. */
  int with(int content, String key, byte[] bytes) {
    int number = key(key);
    List<byte[]> known = versions.get(number);
    int version = 0;
    while (version < known.size() && !Arrays.equals(known.get(version), bytes)) {
      version++;
    }
    if (version == known.size()) {
      known.add(bytes);
    }
    return number(contents.get(content).with(number, version));
  }

  private int without(int content, String key) {
    return number(contents.get(content).with(key(key), -1));
  }

  /** Does an operation. */
  Result apply(int content, Operation operation) {
    String subject = operation.subject();
    return switch (operation.kind()) {
      case SYNC -> new Result(Answer.DONE, content);
      case GET -> new Result(get(content, subject).map(Answer::of).orElse(Answer.NO), content);
      case GET_RANGE ->
          new Result(
              get(content, subject).map(bytes -> part(bytes, operation)).orElse(Answer.NO),
              content);
      case PUT -> new Result(Answer.DONE, with(content, subject, operation.bytes()));
      case CREATE ->
          has(content, subject)
              ? new Result(Answer.NO, content)
              : new Result(Answer.DONE, with(content, subject, operation.bytes()));
      case DELETE -> new Result(Answer.DONE, without(content, subject));
      case LIST -> new Result(Answer.of(list(content, subject)), content);
      case CHILDREN -> new Result(Answer.of(children(content, subject)), content);
    };
  }

  private static Answer part(byte[] bytes, Operation operation) {
    int from = (int) Math.min(operation.offset(), bytes.length);
    int to = (int) Math.min((long) from + operation.length(), bytes.length);
    return Answer.of(Arrays.copyOfRange(bytes, from, to));
  }

  /** The objects below a prefix, as all written at one time. */
  List<ObjectInfo> list(int content, String prefix) {
    List<ObjectInfo> found = new ArrayList<>();
    for (int key = 0; key < names.size(); key++) {
      int version = contents.get(content).version(key);
      if (version >= 0 && names.get(key).startsWith(prefix)) {
        int length = versions.get(key).get(version).length;
        found.add(new ObjectInfo(new ObjectKey(names.get(key)), length, Instant.EPOCH));
      }
    }
    found.sort((one, other) -> one.key().compareTo(other.key()));
    return found;
  }

  private List<ObjectInfo> children(int content, String prefix) {
    TreeSet<String> found = new TreeSet<>();
    for (ObjectInfo object : list(content, prefix)) {
      String rest = object.key().value().substring(prefix.length());
      if (rest.indexOf('/') >= 0) {
        found.add(rest.substring(0, rest.indexOf('/')));
      }
    }
    return found.stream()
        .map(name -> new ObjectInfo(new ObjectKey(prefix + name), 0, Instant.EPOCH))
        .toList();
  }
}
