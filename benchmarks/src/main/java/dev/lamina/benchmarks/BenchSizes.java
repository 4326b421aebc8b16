package dev.lamina.benchmarks;

import dev.lamina.backend.BackendId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Sizes of all suites on a backend. A size that memory does not hold is reduced, and the figure
 * says so.
 *
 * @param rows N of Gram and kernel matrices
 * @param dimension d, columns of the inputs
 * @param depth hidden layers of the network
 * @param depthRows N of the sweep over depths
 * @param depths the depths of the sweep
 * @param dimensions other d than the usual one, at the usual depth and the N of the sweep
 * @param multiplyRows N of the products with vectors
 * @param vectors number of these vectors
 * @param solveRows N of the linear systems
 * @param entryRows N of the kernel matrices whose entries are timed on one thread
 * @param entryDimension d of these
 * @param steps networks that are trained
 * @param layers what the layer-wise suites take
 * @param square edge of the square product that gives the ceilings
 * @param tile rows and columns of the tiles that a library multiplies
 * @param copyBytes bytes of the copies that give bandwidths
 * @param warmMillis milliseconds of rounds that are not counted, at least; counted rounds go on
 *     half as long, up to ten times as many as asked for
 */
record BenchSizes(
    List<Integer> rows,
    int dimension,
    int depth,
    int depthRows,
    List<Integer> depths,
    List<Integer> dimensions,
    int multiplyRows,
    int vectors,
    List<Integer> solveRows,
    int entryRows,
    int entryDimension,
    List<Steps> steps,
    Layers layers,
    int square,
    int tile,
    long copyBytes,
    long warmMillis) {

  private static final int CLASSES = 10;
  private static final int PIXELS = 784;

  /**
   * A network and how long it is trained.
   *
   * @param name for people
   * @param widths inputs, hidden layers, outputs
   * @param batch examples per step
   * @param count steps per round
   */
  record Steps(String name, List<Integer> widths, int batch, int count) {

    /** Returns the number of layers with weights. */
    int layers() {
      return widths.size() - 1;
    }

    /** Returns the operations of a step's products: forward, to the weights, to the inputs. */
    double operations() {
      double sum = 0;
      for (int l = 0; l < layers(); l++) {
        sum += (l == 0 ? 2 : 3) * Counts.product(batch, widths.get(l), widths.get(l + 1));
      }
      return sum;
    }

    /** Returns the numbers that a step reads and writes: batch, parameters and their momenta. */
    double numbers() {
      double parameters = 0;
      for (int l = 0; l < layers(); l++) {
        parameters += (widths.get(l) + 1.0) * widths.get(l + 1);
      }
      return (double) batch * (widths.getFirst() + widths.getLast()) + 4 * parameters;
    }
  }

  /**
   * Sizes of the suites {@code alignment} and {@code dgl}.
   *
   * @param aligned layers whose tangent kernels' norms are taken
   * @param alignedWidth neurons of each
   * @param examples rows of each kernel
   * @param outputs C of both suites
   * @param samples N of a deep Gaussian layer-wise loss
   * @param width neurons of its layer
   * @param above layers above it
   */
  record Layers(
      int aligned,
      int alignedWidth,
      int examples,
      int outputs,
      int samples,
      int width,
      int above) {}

  /** Returns the sizes of a choice on a backend. */
  static BenchSizes of(SizeChoice choice, BackendId backend) {
    BenchSizes usual = choice.tiny() ? tiny() : backend == BackendId.CUDA ? cuda() : cpu();
    return choice.rows().isEmpty() ? usual : usual.with(choice.rows());
  }

  private static BenchSizes cpu() {
    return new BenchSizes(
        List.of(1000, 2000, 4000, 8000),
        PIXELS,
        5,
        4000,
        List.of(1, 2, 3, 5, 10, 20),
        List.of(49, 196, 3136),
        20_000,
        8,
        List.of(2000, 8000),
        1500,
        64,
        networks(200, 400, 600),
        new Layers(10, 256, 200, CLASSES, 2000, 512, 3),
        3072,
        2048,
        256L << 20,
        1500);
  }

  private static BenchSizes cuda() {
    return new BenchSizes(
        List.of(7500, 15_000, 30_000, 60_000),
        PIXELS,
        5,
        30_000,
        List.of(1, 2, 3, 5, 10, 20),
        List.of(49, 196, 3136),
        20_000,
        8,
        List.of(8192, 16_384),
        1500,
        64,
        networks(200, 400, 200),
        new Layers(10, 256, 200, CLASSES, 2000, 512, 3),
        8192,
        8192,
        2L << 30,
        100);
  }

  private static BenchSizes tiny() {
    return new BenchSizes(
        List.of(90, 150),
        24,
        3,
        90,
        List.of(1, 3),
        List.of(6),
        140,
        3,
        List.of(70),
        60,
        9,
        List.of(new Steps("24-9-9-3", List.of(24, 9, 9, 3), 8, 2)),
        new Layers(2, 9, 12, 3, 40, 11, 2),
        70,
        64,
        1 << 20,
        0);
  }

  private static List<Steps> networks(int wide, int middle, int deep) {
    List<Integer> narrow = new ArrayList<>(List.of(PIXELS));
    narrow.addAll(Collections.nCopies(30, 15));
    narrow.add(CLASSES);
    return List.of(
        new Steps("784-512-512-10", List.of(PIXELS, 512, 512, CLASSES), 128, wide),
        new Steps("784-128-128-128-10", List.of(PIXELS, 128, 128, 128, CLASSES), 128, middle),
        new Steps("784-30×15-10", List.copyOf(narrow), 100, deep));
  }

  /** Sets the sizes of Gram and kernel matrices and systems, and the largest where one is taken. */
  private BenchSizes with(List<Integer> n) {
    return new BenchSizes(
        n,
        dimension,
        depth,
        n.getLast(),
        depths,
        dimensions,
        n.getLast(),
        vectors,
        n,
        entryRows,
        entryDimension,
        steps,
        layers,
        square,
        tile,
        copyBytes,
        warmMillis);
  }

  /** Returns the largest N that any of these suites takes from the inputs. */
  int mostRows(List<Suite> suites) {
    int most = 2;
    for (Suite suite : suites) {
      most =
          Math.max(
              most,
              switch (suite) {
                case GRAM, KERNEL -> Collections.max(rows);
                case DEPTH_SWEEP -> depthRows;
                case MULTIPLY -> multiplyRows;
                case SOLVE -> Collections.max(solveRows);
                case LAYER_STEP, ALIGNMENT, DGL, TRANSFER -> 2;
              });
    }
    return most;
  }
}
