package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Norms of kernels whose blocks are centred Hadamard products of Gram matrices. A block of a kernel
 * is one product by OpenBLAS and two passes over its entries while they are in the cache; a worker
 * goes through all kernels with the same pair of outputs, so that the sum of their blocks stays in
 * the cache too.
 */
final class HadamardBlocks {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  private final List<HostMatrix> d;
  private final List<HostMatrix> g;
  private final int n;
  private final boolean single;

  private HadamardBlocks(List<HostMatrix> d, List<HostMatrix> g) {
    this.d = d;
    this.g = g;
    this.n = Math.toIntExact(g.getFirst().rows());
    this.single = d.getFirst().dtype() == DType.FLOAT32;
  }

  /** What one worker needs; arrays have room for whole vectors. */
  private final class Lane {
    private final HostMatrix products;
    private final HostMatrix sum;
    private final double[] row = new double[n + L];
    private final double[] other = new double[n + L];
    private final double[] columns = new double[n + L];
    private final double[] rows = new double[n];

    Lane(HostMatrix products, HostMatrix sum) {
      this.products = products;
      this.sum = sum;
    }
  }

  /**
   * Computes the squared norms of the kernels and of their sum.
   *
   * @param d (C·N)×n each
   * @param g N×N each
   */
  static double[] norms(
      Workers workers, MemoryBudget budget, List<HostMatrix> d, List<HostMatrix> g) {
    HadamardBlocks all = new HadamardBlocks(d, g);
    long outputs = d.getFirst().rows() / all.n;
    double[][] squares = new double[Math.toIntExact(outputs * (outputs + 1) / 2)][d.size() + 1];
    try (var _ = workers.turn();
        Temporary temporary = new Temporary(budget, "hadamardNorms")) {
      int most = Math.max(1, Math.min(workers.threads(), squares.length));
      int count = Math.clamp(budget.available() / all.laneBytes(), 1, most);
      Lane[] lanes = new Lane[count];
      for (int w = 0; w < count; w++) {
        lanes[w] = all.lane(temporary);
      }
      workers.forEach(
          count,
          squares.length,
          (worker, index) -> all.blocks(lanes[worker], index, squares[(int) index]));
    }
    double[] total = new double[d.size() + 1];
    for (int index = 0; index < squares.length; index++) {
      for (int l = 0; l < total.length; l++) {
        total[l] += (isDiagonal(index) ? 1 : 2) * squares[index][l];
      }
    }
    return total;
  }

  private Lane lane(Temporary temporary) {
    temporary.reserve("means", arrayBytes());
    return new Lane(
        temporary.matrix("a block", d.getFirst().dtype(), n, n),
        temporary.matrix("a sum of blocks", DType.FLOAT64, d.size() > 1 ? n : 0, n));
  }

  private long arrayBytes() {
    return 8L * (4L * n + 3L * L);
  }

  private long laneBytes() {
    long entry = (long) d.getFirst().dtype().bytes() + (d.size() > 1 ? Double.BYTES : 0);
    return (long) n * n * entry + arrayBytes();
  }

  private static boolean isDiagonal(long index) {
    long c = TilePlan.lowerRow(index);
    return index - TilePlan.lowerTiles(c) == c;
  }

  /** Computes the sums of squares of one block of each kernel and of their sum. */
  private void blocks(Lane lane, long index, double[] squares) {
    long c = TilePlan.lowerRow(index);
    long e = index - TilePlan.lowerTiles(c);
    for (int l = 0; l < d.size(); l++) {
      Blas.gemm(
          1,
          Block.of(d.get(l).rows(c * n, (c + 1) * n)),
          false,
          Block.of(d.get(l).rows(e * n, (e + 1) * n)),
          true,
          0,
          Block.of(lane.products));
      double mean = multiply(lane, g.get(l));
      for (int i = 0; i < n; i++) {
        Chunks.load(lane.products, (long) i * n, n, lane.row);
        squares[l] += centreRow(lane, i, mean);
        if (d.size() > 1) {
          squares[d.size()] += add(lane, i, l);
        }
      }
    }
    if (d.size() == 1) {
      squares[1] = squares[0];
    }
  }

  /** Multiplies by G, leaves the means of rows and columns, and returns the mean of all. */
  private double multiply(Lane lane, HostMatrix gram) {
    Arrays.fill(lane.columns, 0);
    double total = 0;
    for (int i = 0; i < n; i++) {
      Chunks.load(lane.products, (long) i * n, n, lane.row);
      Chunks.load(gram, i * gram.rowStride(), n, lane.other);
      lane.rows[i] = multiplyRow(lane) / n;
      Chunks.store(lane.row, n, lane.products, (long) i * n);
      total += lane.rows[i];
    }
    for (int j = 0; j < n; j++) {
      lane.columns[j] /= n;
    }
    return total / n;
  }

  /** Multiplies a row, adds it to the sums of columns, and returns its own. */
  private double multiplyRow(Lane lane) {
    double[] row = lane.row;
    double[] columns = lane.columns;
    DoubleVector sums = DoubleVector.zero(D);
    int j = 0;
    // float32 products are rounded as they will be stored, so that the means are theirs
    for (; !single && j <= n - L; j += L) {
      DoubleVector v =
          DoubleVector.fromArray(D, row, j).mul(DoubleVector.fromArray(D, lane.other, j));
      v.intoArray(row, j);
      DoubleVector.fromArray(D, columns, j).add(v).intoArray(columns, j);
      sums = sums.add(v);
    }
    double rowSum = sums.reduceLanes(VectorOperators.ADD);
    for (; j < n; j++) {
      double product = row[j] * lane.other[j];
      row[j] = single ? (double) (float) product : product;
      columns[j] += row[j];
      rowSum += row[j];
    }
    return rowSum;
  }

  /** Centres row i, which is in the lane, and returns the sum of its squares. */
  private double centreRow(Lane lane, int i, double mean) {
    double[] row = lane.row;
    double[] columns = lane.columns;
    double own = lane.rows[i];
    DoubleVector squares = DoubleVector.zero(D);
    int j = 0;
    for (; j <= n - L; j += L) {
      DoubleVector means = DoubleVector.fromArray(D, columns, j).add(own);
      DoubleVector v = DoubleVector.fromArray(D, row, j).sub(means).add(mean);
      v.intoArray(row, j);
      squares = v.fma(v, squares);
    }
    double square = squares.reduceLanes(VectorOperators.ADD);
    for (; j < n; j++) {
      row[j] = row[j] - (columns[j] + own) + mean;
      square += row[j] * row[j];
    }
    return square;
  }

  /** Adds row i to that of the kernels before; after the last, returns its sum of squares. */
  private double add(Lane lane, int i, int kernel) {
    double[] row = lane.row;
    if (kernel > 0) {
      Chunks.load(lane.sum, (long) i * n, n, lane.other);
      for (int j = 0; j < n; j++) {
        row[j] += lane.other[j];
      }
    }
    if (kernel < d.size() - 1) {
      Chunks.store(row, n, lane.sum, (long) i * n);
      return 0;
    }
    DoubleVector squares = DoubleVector.zero(D);
    int j = 0;
    for (; j <= n - L; j += L) {
      DoubleVector v = DoubleVector.fromArray(D, row, j);
      squares = v.fma(v, squares);
    }
    double square = squares.reduceLanes(VectorOperators.ADD);
    for (; j < n; j++) {
      square += row[j] * row[j];
    }
    return square;
  }
}
