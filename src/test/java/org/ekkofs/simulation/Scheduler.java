package org.ekkofs.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets one actor go on at a time. Each has a thread of its own; before every operation of the store
 * it hands its turn to whom the {@link Choices} say, and waits for the next. Everything in a
 * simulated world is owned by the thread whose turn it is.
 */
final class Scheduler {
  private static final int LONGEST_SLEEP = 300;

  private final Choices choices;
  private final Profile profile;
  private final List<Actor> running = new ArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile @Nullable Actor turn;
  private long step;

  Scheduler(Choices choices, Profile profile) {
    this.choices = choices;
    this.profile = profile;
  }

  /** How many turns there were. */
  long step() {
    return step;
  }

  /** Runs the actors until all have ended. */
  void run(List<Actor> actors, ExecutorService threads) throws InterruptedException {
    running.addAll(actors);
    actors.forEach(actor -> actor.rank = choices.below(100));
    turn = next(actors.get(0));
    actors.forEach(actor -> threads.execute(() -> live(actor)));
    end.await();
  }

  private void live(Actor actor) {
    actor.thread = Thread.currentThread();
    await(actor);
    try {
      actor.live();
    } finally {
      running.remove(actor);
      if (running.isEmpty()) {
        turn = null;
        end.countDown();
      } else {
        hand(next(actor));
      }
    }
  }

  /** Lets others go on, perhaps for long; returns when it is the actor's turn again. */
  void pause(Actor actor) {
    step++;
    if (choices.percent(profile.sleepPercent())) {
      actor.asleepUntil = step + 10 + choices.below(LONGEST_SLEEP);
    }
    Actor next = next(actor);
    if (next != actor) {
      hand(next);
      await(actor);
    }
  }

  private void hand(Actor next) {
    turn = next;
    LockSupport.unpark(next.thread);
  }

  private void await(Actor actor) {
    while (turn != actor) {
      LockSupport.park(this);
    }
  }

  private Actor next(Actor current) {
    List<Actor> awake = running.stream().filter(actor -> actor.asleepUntil <= step).toList();
    if (awake.isEmpty()) {
      return running.stream().min(Comparator.comparing(actor -> actor.asleepUntil)).orElseThrow();
    }
    return switch (profile.style()) {
      case EVEN -> choices.of(awake);
      case STICKY -> awake.contains(current) && !choices.percent(15) ? current : choices.of(awake);
      case RANKED -> {
        if (choices.percent(5)) {
          current.rank = -(int) step;
        }
        yield awake.stream().max(Comparator.comparing(actor -> actor.rank)).orElseThrow();
      }
    };
  }
}
