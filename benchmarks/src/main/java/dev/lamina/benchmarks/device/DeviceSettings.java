package dev.lamina.benchmarks.device;

import java.util.List;

/**
 * Sizes of the suite. A size that the device's memory does not hold is reduced, and the figure says
 * so.
 *
 * @param rows N of the kernel matrices, ≥ 2
 * @param dimension d, columns of the inputs
 * @param depth hidden layers of the network
 * @param rounds rounds that are counted, after one that is not
 * @param seconds time for everything; rounds are left out when it runs short
 * @param squareEdge edge of the square product that gives the ceilings
 * @param copyBytes bytes of the copies that give the bandwidths
 * @param tileEdge rows and columns of the tiles that a library multiplies
 * @param vectorRows N of the product of a kernel matrix with vectors
 * @param vectors number of these vectors
 * @param sweepRows N of the sweep over depths
 * @param sweepDepths the depths
 * @param choleskyRows sizes of the matrices that are factored
 */
public record DeviceSettings(
    int rows,
    int dimension,
    int depth,
    int rounds,
    int seconds,
    int squareEdge,
    long copyBytes,
    int tileEdge,
    int vectorRows,
    int vectors,
    int sweepRows,
    List<Integer> sweepDepths,
    List<Integer> choleskyRows) {

  /** Checks the sizes. */
  public DeviceSettings {
    sweepDepths = List.copyOf(sweepDepths);
    choleskyRows = List.copyOf(choleskyRows);
    if (rows < 2 || dimension < 1 || depth < 1 || rounds < 1 || seconds < 1) {
      throw new IllegalArgumentException(
          "bench: rows must be ≥ 2 and dimension, depth, rounds and seconds ≥ 1 but are %d, %d, %d, %d and %d"
              .formatted(rows, dimension, depth, rounds, seconds));
    }
  }

  /**
   * {@return sizes that fill a GPU}
   *
   * @param rows N
   * @param dimension d
   * @param depth hidden layers
   * @param rounds rounds that are counted
   * @param seconds time for everything
   */
  public static DeviceSettings of(int rows, int dimension, int depth, int rounds, int seconds) {
    return new DeviceSettings(
        rows,
        dimension,
        depth,
        rounds,
        seconds,
        8192,
        2L << 30,
        8192,
        Math.min(rows, 20_000),
        8,
        Math.min(rows, 30_000),
        List.of(1, 2, 3, 5, 10, 20),
        List.of(8192, 16_384));
  }

  /** {@return sizes that try the suite on the emulated device in seconds} */
  public static DeviceSettings tiny() {
    return new DeviceSettings(
        150, 24, 3, 2, 60, 70, 1 << 20, 64, 140, 3, 90, List.of(1, 3), List.of(70));
  }
}
