package dev.lamina.cuda;

import dev.lamina.backend.DeviceMemoryException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Device memory. What is given back is kept for the next one who asks for that size, as allocating
 * makes the device wait.
 *
 * <p>Whoever takes memory may use it on the compute stream at once: it is given back when all work
 * that uses it stands in that stream.
 */
final class DevicePool implements AutoCloseable {
  /** Smallest size handed out; addresses are aligned to it. */
  private static final long UNIT = 256;

  private final CudaDriver driver;
  private final long keep;
  private final TreeMap<Long, Deque<Long>> kept = new TreeMap<>();
  private final Map<Long, Long> taken = new HashMap<>();
  private long keptBytes;
  private long takenBytes;
  private long peakBytes;

  /**
   * Creates an empty pool.
   *
   * @param driver allocates
   * @param keep bytes that are kept at most; 0 gives everything back at once and rounds no size
   */
  DevicePool(CudaDriver driver, long keep) {
    this.driver = driver;
    this.keep = keep;
  }

  /**
   * Takes memory.
   *
   * @param bytes how much, ≥ 0
   * @param what what for, for the error message
   * @return its address; 0 for no bytes
   * @throws DeviceMemoryException if the device does not have it
   */
  long take(long bytes, String what) {
    if (bytes == 0) {
      return 0;
    }
    long size = rounded(bytes);
    Deque<Long> same = kept.get(size);
    if (same != null) {
      long address = same.pop();
      if (same.isEmpty()) {
        kept.remove(size);
      }
      keptBytes -= size;
      hand(address, size);
      return address;
    }
    long address = driver.allocate(size);
    if (address == 0) {
      trim(0);
      address = driver.allocate(size);
    }
    if (address == 0) {
      CudaDriver.MemoryInfo memory = driver.memory();
      throw new DeviceMemoryException(what, bytes, memory.free(), memory.total());
    }
    hand(address, size);
    return address;
  }

  private void hand(long address, long size) {
    taken.put(address, size);
    takenBytes += size;
    peakBytes = Math.max(peakBytes, takenBytes);
  }

  /** Gives memory back that all work in the compute stream may still use. */
  void give(long address) {
    if (address == 0) {
      return;
    }
    long size = taken.remove(address);
    takenBytes -= size;
    if (keep == 0) {
      driver.free(address);
      return;
    }
    kept.computeIfAbsent(size, key -> new ArrayDeque<>()).push(address);
    keptBytes += size;
    trim(keep);
  }

  /** Returns the bytes that could be taken, if they lay together. */
  long available() {
    return driver.memory().free() + keptBytes;
  }

  /** Returns the bytes that are taken. */
  long takenBytes() {
    return takenBytes;
  }

  /** Returns the most bytes that were taken at once since {@link #resetPeak}. */
  long peakBytes() {
    return peakBytes;
  }

  /** Lets {@link #peakBytes} begin anew. */
  void resetPeak() {
    peakBytes = takenBytes;
  }

  /** Rounds up to a sixteenth of the size, so that slightly different sizes share memory. */
  private long rounded(long bytes) {
    if (keep == 0) {
      return bytes;
    }
    long step = Math.max(UNIT, Long.highestOneBit(bytes) / 16);
    return Math.multiplyExact(Math.ceilDiv(bytes, step), step);
  }

  /** Frees the largest kept blocks until no more than {@code most} bytes are kept. */
  private void trim(long most) {
    while (keptBytes > most) {
      Map.Entry<Long, Deque<Long>> largest = kept.lastEntry();
      driver.free(largest.getValue().pop());
      keptBytes -= largest.getKey();
      if (largest.getValue().isEmpty()) {
        kept.remove(largest.getKey());
      }
    }
  }

  /** Frees everything, even what is still taken. */
  @Override
  public void close() {
    trim(0);
    taken.keySet().forEach(driver::free);
    taken.clear();
  }
}
