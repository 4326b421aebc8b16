package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.WideLayer;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A wide ReLU layer on kernel matrices that are stored, and its adjoint. Each is one pass over the
 * tiles of the lower triangle, in float64 for both element types; a tile is mirrored while it is in
 * the cache.
 *
 * <p>With K_ii = m_i 4^e_i, 1 ≤ m_i &lt; 4, entries are scaled to u = K_ij 2^−e_i 2^−e_j, so that
 * no product overflows and m_i m_j − u² is formed from exact products: the complement of |cos θ|, r
 * = (m_i m_j − u²)/(w (w + |u|)) with w = √(m_i m_j), keeps its relative accuracy however small it
 * is. In the functions of {@link AngleVectors}, with φ the acute one of θ and π − θ,
 *
 * <pre>
 *   2π k₁ = π max(K, 0) + s (sin φ − φ cos φ),   2π k₀ = π − φ or φ,   sin θ = √(r (2 − r)),
 * </pre>
 *
 * where no terms cancel on either side of the right angle.
 */
final class ArcCosine {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  /** A line of a tile's operands stays in the first-level cache, the tile in the second. */
  private static final int EDGE = 128;

  /** Lanes of a sum over a row: the widest vector's, so that the order is that of any vector. */
  private static final int LANES = 16;

  private final int n;
  private final WideLayer layer;
  private final Workers workers;
  private final HostMatrix k;

  // Of each row, padded to whole vectors: m, 2^−e, 2^e and √K_ii; 2^±e is 0 if K_ii is.
  private final double[] mantissas;
  private final double[] down;
  private final double[] up;
  private final double[] roots;

  private ArcCosine(WideLayer layer, HostMatrix k, Workers workers) {
    this.n = Math.toIntExact(k.rows());
    this.layer = layer;
    this.workers = workers;
    this.k = k;
    int padded = padded(n);
    mantissas = new double[padded];
    down = new double[padded];
    up = new double[padded];
    roots = new double[padded];
    Arrays.fill(mantissas, 1);
    for (int i = 0; i < n; i++) {
      scale(i, k.get(i, i));
    }
  }

  private static int padded(int n) {
    return Math.addExact(n, EDGE);
  }

  private static long rowBytes(long n) {
    return 4L * Double.BYTES * (n + EDGE);
  }

  private void scale(int i, double variance) {
    if (variance == 0) {
      return;
    }
    if (!(variance > 0 && variance < Double.POSITIVE_INFINITY)) {
      mantissas[i] = Double.NaN;
      roots[i] = Double.NaN;
      return;
    }
    int exponent = Math.floorDiv(Math.getExponent(variance), 2);
    if (variance < Double.MIN_NORMAL) {
      exponent = Math.floorDiv(Math.getExponent(variance * 0x1p54) - 54, 2);
    }
    // In two factors: 4^−e of a subnormal number is beyond the range.
    mantissas[i] = Math.scalb(Math.scalb(variance, -exponent), -exponent);
    down[i] = Math.scalb(1.0, -exponent);
    up[i] = Math.scalb(1.0, exponent);
    roots[i] = Math.sqrt(variance);
  }

  /**
   * Computes {@code out = σw² k₁(K) + σb²}.
   *
   * @param k N×N
   * @param out N×N; {@code k} itself or apart from it
   */
  static void forward(
      WideLayer layer, HostMatrix k, HostMatrix out, Workers workers, MemoryBudget budget) {
    try (var _ = workers.turn();
        var _ = budget.reserve(rowBytes(k.rows()), "arcCosine: values of rows")) {
      new ArcCosine(layer, k, workers).forward(out);
    }
  }

  /**
   * Replaces G by its pull-back.
   *
   * @param k N×N
   * @param g N×N
   */
  static void adjoint(
      WideLayer layer, HostMatrix k, HostMatrix g, Workers workers, MemoryBudget budget) {
    long blocks = TilePlan.blocks(k.rows(), EDGE);
    long sums = Math.multiplyExact(blocks * Double.BYTES, k.rows() + EDGE);
    try (var _ = workers.turn();
        var _ = budget.reserve(rowBytes(k.rows()) + sums, "arcCosineAdjoint: sums of rows")) {
      new ArcCosine(layer, k, workers).adjoint(g);
    }
  }

  private void forward(HostMatrix out) {
    double[][] lines = new double[workers.threads()][EDGE + L];
    Mirror[] mirrors = Mirror.forEach(workers);
    forEachTile((worker, row, rowEnd, col, colEnd) -> {
      double[] line = lines[worker];
      for (int i = row; i < rowEnd; i++) {
        int count = Math.min(colEnd, i + 1) - col;
        Chunks.load(k, i * k.rowStride() + col, count, line);
        forwardLine(i, col, count, line);
        Chunks.store(line, count, out, i * out.rowStride() + col);
      }
      mirrors[worker].lowerToUpper(out, row, rowEnd, col, colEnd);
    });
  }

  private void forwardLine(int i, int col, int count, double[] line) {
    double own = mantissas[i];
    double ownDown = down[i];
    double half = layer.weightVariance() / 2;
    double excessScale = half / Math.PI * up[i];
    double bias = layer.biasVariance();
    for (int j = 0; j < count; j += L) {
      DoubleVector value = DoubleVector.fromArray(D, line, j);
      DoubleVector other = DoubleVector.fromArray(D, mantissas, col + j);
      DoubleVector size = value.mul(ownDown).mul(DoubleVector.fromArray(D, down, col + j)).abs();
      DoubleVector product = other.mul(own);
      DoubleVector square = size.mul(size);
      DoubleVector low = other.lanewise(VectorOperators.FMA, own, product.neg());
      DoubleVector lowSquare = size.fma(size, square.neg());
      DoubleVector root = product.sqrt();
      DoubleVector r = product.sub(square).add(low.sub(lowSquare)).div(root.mul(root.add(size)));
      r = r.blend(0.0, r.lt(0.0));
      DoubleVector excess = AngleVectors.q(r).mul(r.sqrt()).mul(r);
      DoubleVector scale = root.mul(excessScale).mul(DoubleVector.fromArray(D, up, col + j));
      value = value.blend(0.0, value.lt(0.0));
      value.mul(half).add(excess.mul(scale)).add(bias).intoArray(line, j);
    }
  }

  /** What one worker needs for the adjoint. */
  private static final class Lane {
    private final double[] values = new double[EDGE + LANES];
    private final double[] gradient = new double[EDGE + LANES];
    private final double[] terms = new double[EDGE + LANES];
    private final double[] columns = new double[EDGE + LANES];
    private final double[] sum = new double[LANES];
    private final Mirror mirror = new Mirror();
  }

  private void adjoint(HostMatrix g) {
    int blocks = (int) TilePlan.blocks(n, EDGE);
    double[][] sums = new double[blocks][padded(n)];
    Lane[] lanes = new Lane[workers.threads()];
    Arrays.setAll(lanes, w -> new Lane());
    forEachTile((worker, row, rowEnd, col, colEnd) -> {
      Lane lane = lanes[worker];
      double[] rows = sums[col / EDGE];
      Arrays.fill(lane.columns, 0);
      for (int i = row; i < rowEnd; i++) {
        int count = Math.min(colEnd, i) - col;
        load(k, i, col, count, lane.values);
        load(g, i, col, count, lane.gradient);
        adjointLine(lane, i, col, count);
        Chunks.store(lane.gradient, count, g, i * g.rowStride() + col);
        rows[i] = sum(lane, count);
      }
      double[] columns = sums[row / EDGE];
      for (int j = col; j < colEnd; j++) {
        columns[j] += lane.columns[j - col];
      }
      lane.mirror.lowerToUpper(g, row, rowEnd, col, colEnd);
    });
    double scale = layer.weightVariance();
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (double[] block : sums) {
        sum += block[i];
      }
      double through = roots[i] == 0 ? 0 : sum / (2 * Math.PI * roots[i]);
      g.set(i, i, scale * (g.get(i, i) / 2 + through));
    }
  }

  /** Reads a part of a row and zeros up to whole {@link #LANES}. */
  private static void load(HostMatrix m, int row, int col, int count, double[] to) {
    Chunks.load(m, row * m.rowStride() + col, count, to);
    Arrays.fill(to, count, wholeLanes(count), 0);
  }

  private static int wholeLanes(int count) {
    return Math.ceilDiv(count, LANES) * LANES;
  }

  private void adjointLine(Lane lane, int i, int col, int count) {
    double own = mantissas[i];
    double ownDown = down[i];
    double ownRoot = roots[i];
    double scale = ownRoot == 0 ? 0 : layer.weightVariance();
    double perAngle = 1 / (2 * Math.PI);
    for (int j = 0; j < wholeLanes(count); j += L) {
      DoubleVector value = DoubleVector.fromArray(D, lane.values, j);
      DoubleVector other = DoubleVector.fromArray(D, mantissas, col + j);
      DoubleVector size = value.mul(ownDown).mul(DoubleVector.fromArray(D, down, col + j)).abs();
      DoubleVector product = other.mul(own);
      DoubleVector square = size.mul(size);
      DoubleVector low = other.lanewise(VectorOperators.FMA, own, product.neg());
      DoubleVector lowSquare = size.fma(size, square.neg());
      DoubleVector root = product.sqrt();
      DoubleVector r = product.sub(square).add(low.sub(lowSquare)).div(root.mul(root.add(size)));
      r = r.blend(0.0, r.lt(0.0));
      DoubleVector share = AngleVectors.a(r).mul(r.sqrt()).mul(perAngle);
      share = share.blend(share.neg().add(0.5), value.compare(VectorOperators.GE, 0.0));
      DoubleVector otherRoot = DoubleVector.fromArray(D, roots, col + j);
      VectorMask<Double> dead = otherRoot.compare(VectorOperators.EQ, 0.0);
      DoubleVector g = DoubleVector.fromArray(D, lane.gradient, j);
      g.mul(share).mul(scale).blend(0.0, dead).intoArray(lane.gradient, j);
      DoubleVector through = r.neg().add(2.0).mul(r).sqrt().mul(g);
      through.mul(otherRoot).intoArray(lane.terms, j);
      through
          .mul(ownRoot)
          .add(DoubleVector.fromArray(D, lane.columns, j))
          .intoArray(lane.columns, j);
    }
  }

  /** Returns the sum of a line's terms, in an order that does not depend on the vectors. */
  private static double sum(Lane lane, int count) {
    double[] sum = lane.sum;
    Arrays.fill(sum, 0);
    for (int j = 0; j < count; j += LANES) {
      for (int lanes = 0; lanes < LANES; lanes += L) {
        DoubleVector.fromArray(D, lane.terms, j + lanes)
            .add(DoubleVector.fromArray(D, sum, lanes))
            .intoArray(sum, lanes);
      }
    }
    double total = 0;
    for (double part : sum) {
      total += part;
    }
    return total;
  }

  /** What is done with one tile of the lower triangle. */
  @FunctionalInterface
  private interface TileBody {
    void run(int worker, int row, int rowEnd, int col, int colEnd);
  }

  private void forEachTile(TileBody body) {
    workers.forEach(
        TilePlan.lowerTiles(TilePlan.blocks(n, EDGE)),
        (worker, index) -> {
          long i = TilePlan.lowerRow(index);
          int row = (int) i * EDGE;
          int col = (int) (index - TilePlan.lowerTiles(i)) * EDGE;
          body.run(worker, row, Math.min(n, row + EDGE), col, Math.min(n, col + EDGE));
        });
  }
}
