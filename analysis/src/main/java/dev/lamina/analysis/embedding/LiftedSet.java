package dev.lamina.analysis.embedding;

import java.util.random.RandomGenerator;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * General members of the lifted set T_S(θ) [derived]: any A whose rows span those of W, any V with
 * V A = W, W′ = Λ⁻¹A, biases that keep every neuron in its segment, and b″ from the outputs. For
 * residual layers A = ΛW′ + I.
 */
public final class LiftedSet {
  /** Largest |V A − W| relative to the sizes that go into it. */
  private static final double TOLERANCE = 1e-9;

  /** Share of a finite segment that a neuron's pre-activations may fill. */
  private static final double FILL = 0.5;

  private LiftedSet() {}

  /**
   * {@return the member with given A and the V nearest to a given one}
   *
   * @param network θ
   * @param insertion the new layer; each neuron may have a segment of its own, half-infinite ones
   *     included
   * @param mixing A, m′×m_q; rows of neurons with finite segments are made smaller if they must
   * @param out V is the matrix nearest to this one, m_{q+1}×m′, with V A = W
   * @param clearance distance to keep from an end of a half-infinite segment, positive
   * @param x samples in rows
   * @throws IllegalArgumentException if the rows of A do not span those of W
   */
  public static Lift member(
      Perceptron network,
      Insertion insertion,
      RealMatrix mixing,
      RealMatrix out,
      double clearance,
      RealMatrix x) {
    insertion.requirePlace(network);
    RealMatrix features = network.features(x).value(insertion.after());
    RealMatrix in = mixing.copy();
    for (int j = 0; j < in.getRowDimension(); j++) {
      double slope = insertion.segments().get(j).slope();
      for (int k = 0; k < in.getColumnDimension(); k++) {
        double bridge = insertion.bridged() && j == k ? 1 : 0;
        in.setEntry(j, k, (in.getEntry(j, k) - bridge) / slope);
      }
    }
    RealVector bias = place(insertion, in, features.multiplyTransposed(in), clearance);
    RealMatrix effective = effective(insertion, in);
    RealMatrix weights = network.stage(insertion.after() + 1).weights();
    return Lifting.assemble(network, insertion, in, bias, solve(weights, effective, out));
  }

  /**
   * {@return a random member: A mixes the row space of W with random directions, V is random as far
   * as V A = W allows}
   *
   * @param network θ
   * @param insertion the new layer, at least as wide as the rank of W
   * @param x samples in rows
   * @param random where the numbers come from
   * @throws IllegalArgumentException if the layer is too narrow
   */
  public static Lift random(
      Perceptron network, Insertion insertion, RealMatrix x, RandomGenerator random) {
    insertion.requirePlace(network);
    RealMatrix weights = network.stage(insertion.after() + 1).weights();
    int width = insertion.width();
    int inputs = weights.getColumnDimension();
    SingularValueDecomposition svd = new SingularValueDecomposition(weights);
    int rank = Lifting.rank(svd);
    if (width < rank) {
      throw new IllegalArgumentException(
          "lift: after layer %d the new layer must be at least %d wide, the rank of the weights there, but %d was asked"
              .formatted(insertion.after(), rank, width));
    }
    RealMatrix spanning = gaussian(random, width, inputs);
    for (int j = 0; j < rank; j++) {
      spanning.setRowVector(j, svd.getVT().getRowVector(j));
    }
    // A diagonal of 2 keeps the random mixture of the rows well conditioned most of the time.
    RealMatrix turn =
        gaussian(random, width, width)
            .scalarMultiply(1 / Math.sqrt(width))
            .add(MatrixUtils.createRealIdentityMatrix(width).scalarMultiply(2));
    RealMatrix mixing = turn.multiply(spanning);
    RealMatrix out = gaussian(random, weights.getRowDimension(), width);
    return member(network, insertion, mixing, out, 0.1 + random.nextDouble(), x);
  }

  /** Returns ΛW′, or ΛW′ + I for a residual layer. */
  static RealMatrix effective(Insertion insertion, RealMatrix in) {
    RealMatrix a = in.copy();
    for (int j = 0; j < a.getRowDimension(); j++) {
      for (int k = 0; k < a.getColumnDimension(); k++) {
        double bridge = insertion.bridged() && j == k ? 1 : 0;
        a.setEntry(j, k, insertion.segments().get(j).slope() * a.getEntry(j, k) + bridge);
      }
    }
    return a;
  }

  /** Returns V₀ + (W − V₀A)A⁺. */
  private static RealMatrix solve(RealMatrix weights, RealMatrix a, RealMatrix start) {
    RealMatrix inverse = new SingularValueDecomposition(a).getSolver().getInverse();
    RealMatrix v = start;
    for (int round = 0; round < 2; round++) { // the second takes away the rounding of the first
      v = v.add(weights.subtract(v.multiply(a)).multiply(inverse));
    }
    double left = Lift.largestDifference(v.multiply(a), weights);
    double scale = v.getFrobeniusNorm() * a.getFrobeniusNorm() + weights.getFrobeniusNorm();
    if (!(left <= TOLERANCE * scale)) {
      throw new IllegalArgumentException(
          "lift: the rows of A do not span the weights' rows: V A misses W by up to %s"
              .formatted(left));
    }
    return v;
  }

  /** Chooses b′, and makes the rows of W′ smaller where a segment needs it. */
  private static RealVector place(
      Insertion insertion, RealMatrix in, RealMatrix seen, double clearance) {
    double[] bias = new double[insertion.width()];
    for (int j = 0; j < bias.length; j++) {
      AffineSegment s = insertion.segments().get(j);
      Extent extent = Extent.of(seen.getColumn(j));
      if (Double.isFinite(s.low()) && Double.isFinite(s.high())) {
        double room = FILL * (s.high() - s.low());
        double shrink = extent.size() > room ? room / extent.size() : 1;
        in.setRowVector(j, in.getRowVector(j).mapMultiply(shrink));
        bias[j] = (s.low() + s.high()) / 2 - shrink * (extent.min() + extent.max()) / 2;
      } else if (Double.isFinite(s.low())) {
        bias[j] = s.low() + clearance - extent.min();
      } else if (Double.isFinite(s.high())) {
        bias[j] = s.high() - clearance - extent.max();
      }
    }
    return MatrixUtils.createRealVector(bias);
  }

  private static RealMatrix gaussian(RandomGenerator random, int rows, int columns) {
    RealMatrix m = MatrixUtils.createRealMatrix(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        m.setEntry(i, j, random.nextGaussian());
      }
    }
    return m;
  }
}
