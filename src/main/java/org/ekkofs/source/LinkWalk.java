package org.ekkofs.source;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/** Follows symbolic links, but never asks anything of a place that must not be touched. */
final class LinkWalk {
  private static final int MAX_LINKS = 40;

  private final Predicate<Path> untouchable;
  private final Deque<Path> rest = new ArrayDeque<>();
  private Path at;
  private int links;

  private LinkWalk(Path absolute, Predicate<Path> untouchable) {
    this.untouchable = untouchable;
    this.at = absolute.getRoot();
    absolute.forEach(rest::add);
  }

  /**
   * The path without links, dots and double dots; what lies beyond an untouchable place is taken by
   * its name. Whether there is anything at the end is not looked at.
   *
   * @throws FileSystemLoopException if there are more than 40 links on the way
   * @throws IOException if a link cannot be read
   */
  static Path resolve(Path path, Predicate<Path> untouchable) throws IOException {
    return new LinkWalk(path.toAbsolutePath(), untouchable).resolve();
  }

  private Path resolve() throws IOException {
    while (!rest.isEmpty()) {
      String name = rest.pop().toString();
      if (name.equals("..")) {
        at = at.getParent() == null ? at : at.getParent();
      } else if (!name.equals(".") && !name.isEmpty()) {
        step(at.resolve(name));
      }
    }
    return at;
  }

  private void step(Path next) throws IOException {
    if (untouchable.test(next) || !Files.isSymbolicLink(next)) {
      at = next;
      return;
    }
    if (++links > MAX_LINKS) {
      throw new FileSystemLoopException(next.toString());
    }
    Path target = Files.readSymbolicLink(next);
    at = target.isAbsolute() ? target.getRoot() : at;
    List<Path> names = new ArrayList<>();
    target.forEach(names::add);
    for (int index = names.size() - 1; index >= 0; index--) {
      rest.push(names.get(index));
    }
  }
}
