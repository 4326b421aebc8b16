package dev.lamina.backend;

/**
 * An account of the temporary memory that a backend allocates for itself: tiles, packed panels,
 * per-row values. Matrices that the caller allocates do not count.
 *
 * <p>A plan asks {@link #limit()} and {@link #available()} first; every allocation is then reserved
 * and released here, so that {@link #peak()} proves that the plan was kept.
 */
public final class MemoryBudget {
  private final long limit;
  private long used;
  private long peak;

  /**
   * Creates an account.
   *
   * @param limit the most bytes that may be in use at once, ≥ 1
   */
  public MemoryBudget(long limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("lamina.memory-budget must be ≥ 1 byte but is " + limit);
    }
    this.limit = limit;
  }

  /** {@return the most bytes that may be in use at once} */
  public long limit() {
    return limit;
  }

  /** {@return the bytes that may still be reserved} */
  public synchronized long available() {
    return limit - used;
  }

  /** {@return the largest number of bytes that were in use at once since {@link #resetPeak()}} */
  public synchronized long peak() {
    return peak;
  }

  /** Starts a new peak at the bytes in use now. */
  public synchronized void resetPeak() {
    peak = used;
  }

  /**
   * Takes bytes from the account.
   *
   * @param bytes how many, ≥ 0
   * @param what what they are for, for the error message
   * @return the reservation; closing it gives the bytes back
   * @throws MemoryBudgetException if fewer bytes are available
   */
  public synchronized Reservation reserve(long bytes, String what) {
    if (bytes > limit - used) {
      throw new MemoryBudgetException(what, bytes, limit - used, limit);
    }
    used += bytes;
    peak = Math.max(peak, used);
    return new Reservation(this, bytes);
  }

  private synchronized void release(long bytes) {
    used -= bytes;
  }

  /** Bytes taken from a budget until closed. */
  public static final class Reservation implements AutoCloseable {
    private final MemoryBudget budget;
    private long bytes;

    private Reservation(MemoryBudget budget, long bytes) {
      this.budget = budget;
      this.bytes = bytes;
    }

    /** Gives the bytes back. Closing twice does nothing. */
    @Override
    public void close() {
      budget.release(bytes);
      bytes = 0;
    }
  }
}
