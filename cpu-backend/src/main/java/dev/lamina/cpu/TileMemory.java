package dev.lamina.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Memory for one tile of each worker. It is kept from one operation to the next, at most 0.6 MB per
 * worker: to free memory that several threads use, the JVM must stop them, which on a busy machine
 * takes as long as a small kernel matrix.
 */
final class TileMemory {
  private static final long ALIGNMENT = 64;

  private final MemorySegment[] tiles;

  TileMemory(int workers) {
    tiles = new MemorySegment[workers];
    Arrays.fill(tiles, MemorySegment.NULL);
  }

  /**
   * Returns the memory of a worker, which only that worker's thread asks for.
   *
   * @param worker whose
   * @param bytes how many are needed at least
   */
  MemorySegment of(int worker, long bytes) {
    if (tiles[worker].byteSize() < bytes) {
      tiles[worker] = Arena.ofAuto().allocate(bytes, ALIGNMENT);
    }
    return tiles[worker];
  }
}
