package dev.lamina.cuda;

/**
 * How a device function is launched.
 *
 * @param gridX blocks along x, 1 … 2³¹ − 1
 * @param gridY blocks along y, 1 … 65,535
 * @param gridZ blocks along z, 1 … 65,535
 * @param blockX threads of a block along x
 * @param blockY threads of a block along y
 * @param sharedBytes dynamic shared memory of a block
 */
record LaunchShape(int gridX, int gridY, int gridZ, int blockX, int blockY, int sharedBytes) {
  private static final int MOST_THREADS = 1024;
  private static final int MOST_BLOCKS = 65_535;

  /** Checks what every device checks, with a better message. */
  LaunchShape {
    if (gridX < 1
        || gridY < 1
        || gridZ < 1
        || gridY > MOST_BLOCKS
        || gridZ > MOST_BLOCKS
        || blockX < 1
        || blockY < 1
        || (long) blockX * blockY > MOST_THREADS
        || sharedBytes < 0) {
      throw new IllegalArgumentException(
          "a launch needs a grid from 1×1×1 to 2147483647×65535×65535, a block of 1 to 1024 threads and shared memory ≥ 0 but has %d×%d×%d, %d×%d, %d"
              .formatted(gridX, gridY, gridZ, blockX, blockY, sharedBytes));
    }
  }

  /** Blocks in a row. */
  static LaunchShape line(long blocks, int threads) {
    return new LaunchShape(Math.toIntExact(blocks), 1, 1, threads, 1, 0);
  }

  /** Returns this shape with dynamic shared memory. */
  LaunchShape withShared(int bytes) {
    return new LaunchShape(gridX, gridY, gridZ, blockX, blockY, bytes);
  }
}
