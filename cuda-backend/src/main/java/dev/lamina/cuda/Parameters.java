package dev.lamina.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Collects the parameters of a launch outside the heap, in the form that the driver takes. All are
 * 8 bytes wide.
 */
final class Parameters {
  private static final int MOST = 32;

  private final MemorySegment values;
  private final MemorySegment pointers;
  private int count;

  /**
   * Takes memory for the parameters of one launch after the other.
   *
   * @param arena owns the memory
   */
  Parameters(Arena arena) {
    values = arena.allocate(ValueLayout.JAVA_LONG, MOST);
    pointers = arena.allocate(ValueLayout.ADDRESS, MOST);
    for (int i = 0; i < MOST; i++) {
      pointers.setAtIndex(
          ValueLayout.ADDRESS, i, values.asSlice((long) i * Long.BYTES, Long.BYTES));
    }
  }

  /** Forgets the last launch's parameters. */
  Parameters reset() {
    count = 0;
    return this;
  }

  /** Adds a 64-bit number or a device address. */
  Parameters add(long value) {
    values.setAtIndex(ValueLayout.JAVA_LONG, next(), value);
    return this;
  }

  /** Adds a float64. */
  Parameters add(double value) {
    values.setAtIndex(ValueLayout.JAVA_DOUBLE, next(), value);
    return this;
  }

  private int next() {
    if (count == MOST) {
      throw new IllegalStateException("a launch has at most " + MOST + " parameters");
    }
    return count++;
  }

  /** Returns how many have been added. */
  int count() {
    return count;
  }

  /** Returns the addresses of the values. */
  MemorySegment pointers() {
    return pointers.asSlice(0, (long) count * ValueLayout.ADDRESS.byteSize());
  }
}
