package org.ekkofs.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.ekkofs.backup.CrashPoint;
import org.ekkofs.testing.Ekkofs;
import org.ekkofs.testing.Ekkofs.Result;
import org.ekkofs.testing.ModelDisk;
import org.ekkofs.testing.TestRepository;

/**
 * Processes that write, delete and sweep one tree at once, and are killed and stopped as a seed
 * says. For one thread.
 */
final class Crowd implements AutoCloseable {
  private static final String TREE = TestRepository.TREE.value();
  private static final int LONGEST_WAIT_MILLIS = 120;
  private static final int LONGEST_STOP_TICKS = 40;
  private static final int FEWEST_VISIBLE = 5;
  private static final int MOST_VISIBLE = 25;
  private static final int ONE_DOOMED_OF = 4;
  private static final int ONE_STRUCK_OF = 24;
  private static final int STATUS_OF_KILLED = 137;
  private static final int NOT_FOUND = 3;
  private static final int REFUSED = 5;

  /** What a process is for, and the crash points that it comes by. */
  enum Role {
    WRITER(
        3,
        CrashPoint.AFTER_INTENT,
        CrashPoint.BETWEEN_CHUNKS,
        CrashPoint.BEFORE_MANIFEST,
        CrashPoint.AFTER_MANIFEST,
        CrashPoint.AFTER_COMMIT),
    DELETER(1, CrashPoint.AFTER_HIDE),
    SWEEPER(
        2,
        CrashPoint.BEFORE_PLAN,
        CrashPoint.AFTER_PLAN,
        CrashPoint.BETWEEN_DELETES,
        CrashPoint.BEFORE_MANIFEST_DELETE,
        CrashPoint.BEFORE_SWEPT,
        CrashPoint.AFTER_SWEPT);

    private final int count;
    private final List<CrashPoint> deaths;

    Role(int count, CrashPoint... deaths) {
      this.count = count;
      this.deaths = List.of(deaths);
    }
  }

  /** What befell the processes. */
  enum Fate {
    DONE,
    REFUSED,
    KILLED,
    DIED_AT_A_CRASH_POINT,
    STOPPED,
    REVOKED_WHILE_STOPPED
  }

  /** A process; only the test's thread changes it. */
  private static final class Member {
    final Role role;
    final String backup;
    final Ekkofs.Running running;

    /** The tick at which it goes on; 0 while it runs. */
    int stoppedUntil;

    boolean killed;
    boolean revoked;

    Member(Role role, String backup, Ekkofs.Running running) {
      this.role = role;
      this.backup = backup;
      this.running = running;
    }

    boolean isAlive() {
      return running.process().isAlive();
    }

    @Override
    public String toString() {
      return role + " " + backup + (killed ? " killed" : "") + (revoked ? " revoked" : "");
    }
  }

  private final Ekkofs ekkofs;
  private final Path folder;
  private final WatchedTree tree;
  private final Random random;
  private final Holdings holdings;
  private final List<Member> members = new ArrayList<>();
  private final Map<Fate, Integer> fates = new EnumMap<>(Fate.class);
  private int tick;
  private int names;

  /** Nobody is in it yet. */
  Crowd(Ekkofs ekkofs, Path folder, WatchedTree tree, Holdings holdings, long seed) {
    this.ekkofs = ekkofs;
    this.folder = folder;
    this.tree = tree;
    this.holdings = holdings;
    this.random = new Random(seed);
  }

  /** How often each fate came so far. */
  Map<Fate, Integer> fates() {
    return fates;
  }

  /** Has them work, kills and stops some, and at last lets all come to their ends. */
  void riot(int ticks) throws IOException {
    for (int end = tick + ticks; tick < end; tick++) {
      for (Role role : Role.values()) {
        if (members.stream().filter(member -> member.role == role).count() < role.count) {
          start(role);
        }
      }
      Member any = members.get(random.nextInt(members.size()));
      pass(any);
      befall(any);
      wakeUp(tick);
      reap();
    }
    wakeUp(Integer.MAX_VALUE);
    members.forEach(member -> member.running.await());
    reap();
  }

  private void pass(Member member) {
    try {
      int millis = 1 + random.nextInt(LONGEST_WAIT_MILLIS);
      member.running.process().waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void start(Role role) {
    CrashPoint death = role.deaths.get(random.nextInt(role.deaths.size()));
    Ekkofs own =
        random.nextInt(ONE_DOOMED_OF) == 0
            ? ekkofs.with("EKKOFS_CRASH_AT", death.toString())
            : ekkofs;
    List<String> visible = tree.visible().stream().map(backup -> backup.name().value()).toList();
    switch (role) {
      case WRITER -> write(own, visible);
      case DELETER -> delete(own, visible);
      case SWEEPER -> members.add(new Member(role, "", own.start("-q", "sweep", TREE, "--now")));
    }
  }

  private void write(Ekkofs own, List<String> visible) {
    if (visible.size() >= MOST_VISIBLE) {
      return;
    }
    String name = "n" + names++;
    String parent = visible.isEmpty() ? "" : visible.get(random.nextInt(visible.size()));
    ModelDisk disk = holdings.make(name, parent, random);
    Path file = TestRepository.file(folder.resolve(name + ".raw"), disk);
    List<String> words = new ArrayList<>(List.of("-q", "snapshot", file.toString(), path(name)));
    words.addAll(
        parent.isEmpty() ? List.of("--segment-size", "256K") : List.of("--parent", path(parent)));
    members.add(new Member(Role.WRITER, name, own.start(words.toArray(String[]::new))));
  }

  private void delete(Ekkofs own, List<String> visible) {
    if (visible.size() >= FEWEST_VISIBLE) {
      String name = visible.get(random.nextInt(visible.size()));
      holdings.doomed(name);
      members.add(new Member(Role.DELETER, name, own.start("-q", "delete", path(name))));
    }
  }

  private static String path(String name) {
    return TREE + "/" + name;
  }

  private void befall(Member member) {
    if (!member.isAlive() || member.stoppedUntil > 0) {
      return;
    }
    int die = random.nextInt(ONE_STRUCK_OF);
    if (die == 0) {
      count(Fate.KILLED);
      member.killed = true;
      member.running.process().destroyForcibly();
    } else if (die <= 2) {
      count(Fate.STOPPED);
      member.running.signal("STOP");
      member.stoppedUntil = tick + 1 + random.nextInt(LONGEST_STOP_TICKS);
      revoke(member);
    }
  }

  /** Gives up a snapshot whose writer is stopped, and sweeps what it has stored. */
  private void revoke(Member writer) {
    if (writer.role == Role.WRITER
        && tree.unfinished(writer.backup).isPresent()
        && ekkofs.run("revoke", path(writer.backup), "--force").status() == 0) {
      count(Fate.REVOKED_WHILE_STOPPED);
      writer.revoked = true;
      ekkofs.run("sweep", TREE, "--now").ok();
    }
  }

  private void wakeUp(int now) {
    for (Member member : members) {
      if (member.stoppedUntil > 0 && member.stoppedUntil <= now) {
        member.running.signal("CONT");
        member.stoppedUntil = 0;
      }
    }
  }

  private void reap() throws IOException {
    for (Member member : List.copyOf(members)) {
      if (!member.isAlive()) {
        members.remove(member);
        judge(member, member.running.await());
        Files.deleteIfExists(folder.resolve(member.backup + ".raw"));
      }
    }
  }

  /** Only whoever comes too late for its parent, its prey or its own snapshot may fail. */
  private void judge(Member member, Result result) {
    if (result.status() == STATUS_OF_KILLED) {
      if (!member.killed) {
        count(Fate.DIED_AT_A_CRASH_POINT);
      }
    } else if (result.status() == 0) {
      assertThat(member.revoked).as("%s", member).isFalse();
      count(Fate.DONE);
      if (member.role == Role.WRITER) {
        holdings.finished(member.backup);
      }
    } else {
      count(Fate.REFUSED);
      assertThat(member.role).as("%s: %s", member, result).isNotEqualTo(Role.SWEEPER);
      assertThat(result.status()).as("%s: %s", member, result).isIn(NOT_FOUND, REFUSED);
      assertThat(result.err().lines()).as("%s", member).hasSize(1);
    }
  }

  private void count(Fate fate) {
    fates.merge(fate, 1, Integer::sum);
  }

  /** Ends whoever is left. */
  @Override
  public void close() {
    members.forEach(member -> member.running.kill());
  }
}
