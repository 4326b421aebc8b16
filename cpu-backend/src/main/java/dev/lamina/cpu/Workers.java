package dev.lamina.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

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

  /** The worker that the current thread is at the moment. */
  private final ThreadLocal<Integer> current = new ThreadLocal<>();

  private final ReentrantLock turn = new ReentrantLock(true);
  private final int threads;
  private final ThreadPoolExecutor pool;

  /**
   * Starts the threads.
   *
   * @param threads how many work at once including the caller, ≥ 1
   */
  Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("lamina.cpu.threads must be ≥ 1 but is " + threads);
    }
    this.threads = threads;
    this.pool = threads == 1 ? null : startPool(threads - 1);
  }

  private static ThreadPoolExecutor startPool(int size) {
    AtomicLong number = new AtomicLong();
    ThreadFactory factory =
        task ->
            Thread.ofPlatform()
                .daemon()
                .name("lamina-cpu-" + number.incrementAndGet())
                .unstarted(task);
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size, size, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    pool.prestartAllCoreThreads();
    return pool;
  }

  /** Returns how many bodies run at once at most. */
  int threads() {
    return threads;
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
    forEach(threads, count, body);
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
      Loop inline = new Loop(count, body);
      inline.work(self);
      inline.rethrow();
      return;
    }
    turn.lock();
    try {
      current.set(0);
      run(most, new Loop(count, body));
    } finally {
      current.remove();
      turn.unlock();
    }
  }

  private void run(int most, Loop loop) {
    if (pool != null && pool.isShutdown()) {
      throw new IllegalStateException("forEach: the CPU backend's threads are closed");
    }
    int others = (int) Math.min(Math.min(threads, most) - 1, Math.max(0, loop.count - 1));
    CountDownLatch ended = new CountDownLatch(others);
    for (int w = 1; w <= others; w++) {
      int worker = w;
      pool.execute(() -> {
        current.set(worker);
        try {
          loop.work(worker);
        } finally {
          current.remove();
          ended.countDown();
        }
      });
    }
    loop.work(0);
    awaitUninterruptibly(ended, loop);
    loop.rethrow();
  }

  /** Waits for the bodies that still run: their memory may be freed as soon as the loop returns. */
  private static void awaitUninterruptibly(CountDownLatch ended, Loop loop) {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
        loop.fail(interruption(e));
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static CancellationException interruption(InterruptedException cause) {
    CancellationException e = new CancellationException("the calling thread was interrupted");
    e.initCause(cause);
    return e;
  }

  /** Ends the threads. A loop that runs is finished first. */
  @Override
  public void close() {
    turn.lock();
    try {
      if (pool != null) {
        pool.shutdown();
      }
    } finally {
      turn.unlock();
    }
  }

  /** One loop: the indices that nobody has taken yet, and what went wrong. */
  private static final class Loop {
    private final long count;
    private final Body body;
    private final AtomicLong next = new AtomicLong();
    private final AtomicReference<List<Throwable>> failures = new AtomicReference<>(List.of());

    Loop(long count, Body body) {
      if (count < 0) {
        throw new IllegalArgumentException("forEach: count must be ≥ 0 but is " + count);
      }
      this.count = count;
      this.body = body;
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
        fail(new CancellationException("the calling thread was interrupted"));
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
