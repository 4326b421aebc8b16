package dev.lamina.matrix;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Says how much memory of host matrices has been allocated and not yet closed.
 *
 * <p>Counting is always on. With the system property {@code lamina.leak-report=true} each open
 * matrix also keeps the place of its allocation, so that a test can print what was left open. This
 * is process-wide by nature: it observes the process's memory and nothing depends on it.
 */
public final class OpenMatrices {
  private static final LongAdder BYTES = new LongAdder();
  private static final boolean TRACE = Boolean.getBoolean("lamina.leak-report");
  private static final Map<Object, Throwable> PLACES = new ConcurrentHashMap<>();

  private OpenMatrices() {}

  static void opened(Object owner, long bytes) {
    BYTES.add(bytes);
    if (TRACE) {
      PLACES.put(owner, new Throwable("allocated " + bytes + " bytes here"));
    }
  }

  static void closed(Object owner, long bytes) {
    BYTES.add(-bytes);
    PLACES.remove(owner);
  }

  /** {@return the number of bytes in matrices that own their memory and are still open} */
  public static long bytes() {
    return BYTES.sum();
  }

  /**
   * {@return where each open matrix was allocated; empty unless {@code lamina.leak-report} is set}
   */
  public static List<Throwable> places() {
    return List.copyOf(PLACES.values());
  }
}
