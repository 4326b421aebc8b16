package dev.lamina.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * A fixed number of threads that share out the indices of a loop.
 *
 * <p>The caller is worker 0 and works too, so {@code threads} − 1 threads are kept. Which worker
 * gets which index depends on timing: a body whose result must not depend on it writes only to
 * places that belong to its index. Loops started from several threads take turns; a loop started
 * inside a body runs at once on the worker that started it.
 */
final class Workers implements AutoCloseable {

  /** What a loop does for one index. */
  @FunctionalInterface
  interface Body {

    /**
     * Handles one index.
     *
     * @param worker which worker runs it, 0 ≤ worker &lt; {@link Workers#threads()}; no two bodies
     *     that run at the same time have the same one
     * @param index the index
     */
    void run(int worker, long index);
  }

  /**
   * How long a thread without work keeps asking for some before it sleeps. Waking it takes 30 µs,
   * as long as a piece of a small training step, and such pieces follow each other closely.
   */
  private static final long PATIENCE_NANOS = 50_000;

  /** The worker that the current thread is at the moment. */
  private final ThreadLocal<Integer> current = new ThreadLocal<>();

  private final ReentrantLock turn = new ReentrantLock(true);
  private final List<Helper> helpers;
  private final long patience;

  /** The loop that is being run. Whoever has the turn sets it and then counts it. */
  private volatile Loop offer;

  /** How many loops have been offered. */
  private final AtomicLong offers = new AtomicLong();

  private volatile boolean closed;

  /**
   * Starts the threads.
   *
   * @param threads how many work at once including the caller, ≥ 1
   */
  Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("lamina.cpu.threads must be ≥ 1 but is " + threads);
    }
    // More threads than processors would keep each other from working.
    this.patience = threads <= Runtime.getRuntime().availableProcessors() ? PATIENCE_NANOS : 0;
    this.helpers = IntStream.range(1, threads).mapToObj(Helper::new).toList();
    helpers.forEach(helper -> helper.thread.start());
  }

  /** A thread that takes part in loops. */
  private final class Helper implements Runnable {
    private final int worker;
    private final Thread thread;
    private volatile boolean asleep;

    Helper(int worker) {
      this.worker = worker;
      this.thread = Thread.ofPlatform().daemon().name("lamina-cpu-" + worker).unstarted(this);
    }

    @Override
    public void run() {
      current.set(worker);
      long seen = 0;
      while (awaitOffer(seen)) {
        seen = offers.get();
        // This may be a later loop than the one counted; one that is over lets nobody in.
        Loop loop = offer;
        if (loop != null && loop.enter(worker)) {
          try {
            loop.work(worker);
          } finally {
            loop.leave();
          }
          // A body may have left its thread interrupted, and such a thread cannot sleep.
          Thread.interrupted();
        }
      }
    }

    /** Returns true when there is a loop that was not seen, false when there will be none. */
    private boolean awaitOffer(long seen) {
      long start = System.nanoTime();
      while (offers.get() == seen && !closed) {
        if (System.nanoTime() - start < patience) {
          Thread.onSpinWait();
        } else {
          // Who offers a loop counts it first and then looks who sleeps, here it is the reverse.
          asleep = true;
          if (offers.get() == seen && !closed) {
            LockSupport.park(Workers.this);
          }
          asleep = false;
        }
      }
      return !closed;
    }

    void wake() {
      if (asleep) {
        LockSupport.unpark(thread);
      }
    }
  }

  /** Returns how many bodies run at once at most. */
  int threads() {
    return helpers.size() + 1;
  }

  /**
   * Gives the calling thread all workers until the result is closed, so that operations of several
   * threads take turns. Inside, the same thread may take them again, and so may the workers, who
   * run bodies on behalf of the caller that has the turn.
   */
  Turn turn() {
    if (current.get() != null) {
      return () -> {};
    }
    turn.lock();
    return turn::unlock;
  }

  /** The right to the workers. */
  @FunctionalInterface
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Runs {@code body} once for each index from 0 to {@code count} − 1 and waits for all.
   *
   * <p>If bodies throw, no further index is begun, and the first exception is rethrown when those
   * that run have ended; the others are suppressed in it. An interrupt of the calling thread ends
   * the loop the same way; the thread's interrupt status stays set.
   *
   * @param count number of indices, ≥ 0
   * @param body what to do for each
   * @throws CancellationException if the calling thread is interrupted
   * @throws IllegalStateException if the workers are closed
   */
  void forEach(long count, Body body) {
    forEach(threads(), count, body);
  }

  /**
   * Runs a loop like {@link #forEach(long, Body)} on no more than {@code most} workers.
   *
   * @param most how many bodies may run at once, ≥ 1; all workers' numbers are smaller, except in a
   *     loop inside a body, which keeps the number of the worker that runs it
   * @param count number of indices, ≥ 0
   * @param body what to do for each
   */
  void forEach(int most, long count, Body body) {
    Integer self = current.get();
    if (self != null) {
      Loop inline = new Loop(0, count, body);
      inline.work(self);
      inline.rethrow();
      return;
    }
    turn.lock();
    try {
      current.set(0);
      int others = (int) Math.min(Math.min(threads(), most) - 1, Math.max(0, count - 1));
      run(new Loop(others, count, body));
    } finally {
      current.remove();
      turn.unlock();
    }
  }

  private void run(Loop loop) {
    if (closed) {
      throw new IllegalStateException("forEach: the CPU backend's threads are closed");
    }
    if (loop.others > 0) {
      offer = loop;
      offers.incrementAndGet();
      for (int i = 0; i < loop.others; i++) {
        helpers.get(i).wake();
      }
    }
    loop.work(0);
    if (loop.others > 0) {
      offer = null;
      awaitGuests(loop);
    }
    loop.rethrow();
  }

  /**
   * Lets no more threads in and waits for the bodies that still run: their memory may be freed as
   * soon as the loop returns.
   */
  private void awaitGuests(Loop loop) {
    boolean interrupted = false;
    long start = System.nanoTime();
    loop.close();
    while (loop.hasGuests()) {
      if (Thread.interrupted()) {
        interrupted = true;
        loop.fail(interruption());
      }
      if (System.nanoTime() - start < patience) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static CancellationException interruption() {
    return new CancellationException("the calling thread was interrupted");
  }

  /** Ends the threads. A loop that runs is finished first. */
  @Override
  public void close() {
    turn.lock();
    try {
      closed = true;
      helpers.forEach(Helper::wake);
    } finally {
      turn.unlock();
    }
  }

  /** One loop: the indices that nobody has taken yet, and what went wrong. */
  private static final class Loop {
    /** Stands for "nobody may enter any more"; how many are inside is added. */
    private static final int CLOSED = Integer.MIN_VALUE;

    private final Thread caller = Thread.currentThread();
    private final int others;
    private final long count;
    private final Body body;
    private final AtomicInteger guests = new AtomicInteger();
    private final AtomicLong next = new AtomicLong();
    private final AtomicReference<List<Throwable>> failures = new AtomicReference<>(List.of());

    Loop(int others, long count, Body body) {
      if (count < 0) {
        throw new IllegalArgumentException("forEach: count must be ≥ 0 but is " + count);
      }
      this.others = others;
      this.count = count;
      this.body = body;
    }

    /** Returns whether a helper may work, which then must leave. */
    boolean enter(int worker) {
      int inside = guests.get();
      while (worker <= others && inside >= 0) {
        if (guests.compareAndSet(inside, inside + 1)) {
          return true;
        }
        inside = guests.get();
      }
      return false;
    }

    void leave() {
      if (guests.decrementAndGet() == CLOSED) {
        LockSupport.unpark(caller);
      }
    }

    void close() {
      guests.addAndGet(CLOSED);
    }

    boolean hasGuests() {
      return guests.get() != CLOSED;
    }

    void work(int worker) {
      try {
        long index;
        // Nothing may come between taking an index and running it: other bodies may wait for it.
        while (mayGoOn(worker) && (index = next.getAndIncrement()) < count) {
          body.run(worker, index);
        }
      } catch (Throwable e) { // any failure of a body belongs to the caller of the loop
        fail(e);
      }
    }

    private boolean mayGoOn(int worker) {
      if (worker == 0 && Thread.currentThread().isInterrupted()) {
        fail(interruption());
      }
      return failures.get().isEmpty();
    }

    private void fail(Throwable failure) {
      failures.updateAndGet(old -> {
        List<Throwable> all = new ArrayList<>(old);
        all.add(failure);
        return List.copyOf(all);
      });
    }

    void rethrow() {
      List<Throwable> all = failures.get();
      if (all.isEmpty()) {
        return;
      }
      Throwable first = all.getFirst();
      all.stream().skip(1).filter(e -> !e.equals(first)).forEach(first::addSuppressed);
      switch (first) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default ->
            throw new IllegalStateException("forEach: a body threw a checked exception", first);
      }
    }
  }
}
