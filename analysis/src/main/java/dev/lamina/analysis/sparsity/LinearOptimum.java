package dev.lamina.analysis.sparsity;

import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The linear network W_L ⋯ W_1 X of least L2-regularised loss (1/N) |W_L ⋯ W_1 X − Y|² + λ Σ
 * |W_l|², without biases. Columns are samples.
 *
 * <p>The least Σ |W_l|² with W_L ⋯ W_1 = M is L Σ s_i(M)^(2/L): the Schatten quasi-norm, published
 * in arXiv 2205.15809, section 4. The layers share it equally, so the singular values of W_l ⋯ W_1
 * are s_i^(l/L) (derived; the paper's {@code Z_L^(l/L) X^(1 − l/L)} for X = I). If the rows of X
 * are orthogonal and equally long, X Xᵀ = c I, the loss splits into one {@link Shrinkage} for each
 * singular value of Y Xᵀ / c (derived, exact). For other X the same shrinkage is iterated as a
 * proximal step: for L = 2 the problem is convex and {@link #bound} certifies the result; for L ≥ 3
 * it is the best of several stationary points.
 */
public final class LinearOptimum {
  private static final int ITERATIONS = 200_000;
  private static final double RANK = 1e-12;

  private final int layers;
  private final RealMatrix x;
  private final SingularValueDecomposition map;
  private final double loss;
  private final double bound;

  private LinearOptimum(int layers, RealMatrix x, RealMatrix map, double loss, double bound) {
    this.layers = layers;
    this.x = x;
    this.map = new SingularValueDecomposition(map);
    this.loss = loss;
    this.bound = bound;
  }

  /**
   * Finds the network of least loss.
   *
   * @param x inputs, n₀×N
   * @param y targets, n_L×N
   * @param layers L ≥ 1
   * @param lambda λ &gt; 0
   * @return the network; hidden layers need no more units than its rank
   * @throws dev.lamina.matrix.ShapeException if x and y do not have equally many columns
   * @throws IllegalArgumentException if λ or L is out of range or a number is not finite
   */
  public static LinearOptimum of(double[][] x, double[][] y, int layers, double lambda) {
    Checks.samples(x, y);
    RealMatrix inputs = new Array2DRowRealMatrix(x);
    RealMatrix targets = new Array2DRowRealMatrix(y);
    RealMatrix square = inputs.multiplyTransposed(inputs);
    double c = square.getTrace() / x.length;
    if (!(c > 0)) {
      throw new IllegalArgumentException("linear network: all inputs are 0");
    }
    RealMatrix identity = MatrixUtils.createRealIdentityMatrix(x.length).scalarMultiply(c);
    int samples = x[0].length;
    if (square.subtract(identity).getFrobeniusNorm() <= 1e-13 * c * x.length) {
      Shrinkage shrinkage = new Shrinkage(layers, lambda, c / samples);
      RealMatrix map = shrunk(targets.multiplyTransposed(inputs).scalarMultiply(1 / c), shrinkage);
      double loss = loss(inputs, targets, map, shrinkage);
      return new LinearOptimum(layers, inputs, map, loss, loss);
    }
    return iterated(inputs, targets, layers, lambda);
  }

  /** Iterates proximal steps from the unregularised map, from 0 and from the map of L = 2. */
  private static LinearOptimum iterated(RealMatrix x, RealMatrix y, int layers, double lambda) {
    double steepest = new SingularValueDecomposition(x).getNorm();
    double curvature = steepest * steepest / x.getColumnDimension();
    Shrinkage shrinkage = new Shrinkage(layers, lambda, curvature);
    RealMatrix free = y.multiply(pseudoInverse(x));
    RealMatrix best = descend(x, y, free, shrinkage);
    if (layers > 2) {
      RealMatrix convex = descend(x, y, free, new Shrinkage(2, lambda, curvature));
      for (RealMatrix start : new RealMatrix[] {convex, free.scalarMultiply(0)}) {
        RealMatrix other = descend(x, y, start, shrinkage);
        if (loss(x, y, other, shrinkage) < loss(x, y, best, shrinkage)) {
          best = other;
        }
      }
    }
    double bound = layers == 2 ? dualBound(x, y, best, lambda) : Double.NaN;
    return new LinearOptimum(layers, x, best, loss(x, y, best, shrinkage), bound);
  }

  private static RealMatrix descend(
      RealMatrix x, RealMatrix y, RealMatrix start, Shrinkage shrinkage) {
    double step = 1 / (shrinkage.curvature() * x.getColumnDimension());
    RealMatrix square = x.multiplyTransposed(x).scalarMultiply(step);
    RealMatrix target = y.multiplyTransposed(x).scalarMultiply(step);
    RealMatrix map = start;
    for (int i = 0; i < ITERATIONS; i++) {
      RealMatrix next = shrunk(map.subtract(map.multiply(square)).add(target), shrinkage);
      double moved = next.subtract(map).getFrobeniusNorm();
      map = next;
      if (moved <= 1e-15 * (1 + map.getFrobeniusNorm())) {
        break;
      }
    }
    return map;
  }

  private static RealMatrix shrunk(RealMatrix map, Shrinkage shrinkage) {
    SingularValueDecomposition svd = new SingularValueDecomposition(map);
    double[] s = Arrays.stream(svd.getSingularValues()).map(shrinkage::apply).toArray();
    return svd.getU()
        .multiply(MatrixUtils.createRealDiagonalMatrix(s))
        .multiplyTransposed(svd.getV());
  }

  private static double loss(RealMatrix x, RealMatrix y, RealMatrix map, Shrinkage shrinkage) {
    double residual = map.multiply(x).subtract(y).getFrobeniusNorm();
    return residual * residual / x.getColumnDimension()
        + Arrays.stream(new SingularValueDecomposition(map).getSingularValues())
            .map(shrinkage::penalty)
            .sum();
  }

  /** Returns 2λ⟨Λ, Y⟩ − Nλ²|Λ|² for the residual's Λ, scaled so that |Λ Xᵀ| ≤ 1 (spectral norm). */
  private static double dualBound(RealMatrix x, RealMatrix y, RealMatrix map, double lambda) {
    int samples = x.getColumnDimension();
    RealMatrix multiplier = y.subtract(map.multiply(x)).scalarMultiply(1 / (samples * lambda));
    double norm = new SingularValueDecomposition(multiplier.multiplyTransposed(x)).getNorm();
    RealMatrix feasible = multiplier.scalarMultiply(1 / Math.max(1, norm));
    double square = Math.pow(feasible.getFrobeniusNorm(), 2);
    return 2 * lambda * feasible.multiplyTransposed(y).getTrace()
        - samples * lambda * lambda * square;
  }

  /**
   * {@return the representation cost L Σ s_i(Z X⁺)^(2/L): the least Σ |W_l|² of linear networks of
   * L layers with outputs Z, +∞ if a row of Z is not in the row space of X}
   *
   * @param x inputs, n₀×N
   * @param z outputs, n_L×N
   * @param layers L ≥ 1
   */
  public static double cost(double[][] x, double[][] z, int layers) {
    Checks.samples(x, z);
    RealMatrix inputs = new Array2DRowRealMatrix(x);
    RealMatrix outputs = new Array2DRowRealMatrix(z);
    RealMatrix map = outputs.multiply(pseudoInverse(inputs));
    double outside = map.multiply(inputs).subtract(outputs).getFrobeniusNorm();
    if (outside > 1e-9 * outputs.getFrobeniusNorm()) {
      return Double.POSITIVE_INFINITY;
    }
    return Arrays.stream(new SingularValueDecomposition(map).getSingularValues())
        .map(s -> layers * Math.pow(s, 2.0 / layers))
        .sum();
  }

  /** Returns the Moore–Penrose inverse; singular values below 1e-12 of the largest count as 0. */
  static RealMatrix pseudoInverse(RealMatrix m) {
    SingularValueDecomposition svd = new SingularValueDecomposition(m);
    double[] s = svd.getSingularValues();
    double[] inverse = Arrays.stream(s).map(v -> v > RANK * s[0] ? 1 / v : 0).toArray();
    return svd.getV()
        .multiply(MatrixUtils.createRealDiagonalMatrix(inverse))
        .multiplyTransposed(svd.getU());
  }

  /** {@return the loss} */
  public double loss() {
    return loss;
  }

  /**
   * {@return a lower bound of the loss of all networks: the loss itself where X Xᵀ = c I, a dual
   * bound for L = 2, NaN where neither is known}
   */
  public double bound() {
    return bound;
  }

  /** {@return the singular values of W_L ⋯ W_1, descending} */
  public double[] singularValues() {
    return map.getSingularValues().clone();
  }

  /** {@return the number of singular values that are not 0} */
  public int rank() {
    double[] s = map.getSingularValues();
    return (int) Arrays.stream(s).filter(v -> v > RANK * s[0]).count();
  }

  /**
   * {@return Z_l = W_l ⋯ W_1 X of the network whose layers share the cost equally: r×N, r the rank,
   * for hidden layers, n_L×N for l = L}
   *
   * @param layer l, 1 to L
   */
  public double[][] representation(int layer) {
    return product(layer).multiply(x).getData();
  }

  /**
   * {@return K_l = Z_lᵀ Z_l, N×N}
   *
   * @param layer l, 1 to L
   */
  public double[][] covariance(int layer) {
    RealMatrix z = product(layer).multiply(x);
    return z.transposeMultiply(z).getData();
  }

  /** Returns W_l ⋯ W_1 = S^(l/L) Vᵀ, with U in front for l = L. */
  private RealMatrix product(int layer) {
    if (layer < 1 || layer > layers) {
      throw new IllegalArgumentException(
          "linear network: the layer must lie in 1 … %d but is %d".formatted(layers, layer));
    }
    int columns = Math.max(1, rank());
    double share = (double) layer / layers;
    double[] s =
        Arrays.stream(map.getSingularValues())
            .limit(columns)
            .map(v -> Math.pow(v, share))
            .toArray();
    RealMatrix right =
        MatrixUtils.createRealDiagonalMatrix(s)
            .multiply(map.getVT().getSubMatrix(0, columns - 1, 0, x.getRowDimension() - 1));
    return layer < layers
        ? right
        : map.getU()
            .getSubMatrix(0, map.getU().getRowDimension() - 1, 0, columns - 1)
            .multiply(right);
  }
}
