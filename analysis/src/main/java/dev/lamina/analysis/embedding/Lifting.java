package dev.lamina.analysis.embedding;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * Explicit lifts of a network by one layer [paper]: the new layer's pre-activations T are scaled
 * into a closed interval [lo, hi] of a segment φ(u) = λu + μ by ξ = (hi − lo)/(max T − min T).
 *
 * <ul>
 *   <li>m_{q+1} &lt; m_q: T = u^[q+1], W′ = ξW, b′ = ξb + (lo − ξ min T)1, V = I/(λξ).
 *   <li>m_q ≤ m_{q+1}: T = f^[q], W′ = ξI, b′ = (lo − ξ min T)1, V = W/(λξ).
 *   <li>narrower, down to the rank r of W = U S Zᵀ [derived]: T = Zᵣᵀ f^[q], V = Uᵣ Sᵣ/(λξ).
 *   <li>always b″ = b − V(λb′ + μ1), and further neurons have no weights and a bias inside the
 *       segment [corrected: a bias of 0, as published, sits on the kink of relu].
 * </ul>
 */
public final class Lifting {
  /** Singular values below this times the largest count as 0. */
  private static final double RANK = 1e-12;

  private Lifting() {}

  /**
   * {@return the lift whose parameters the explicit construction gives}
   *
   * @param network θ
   * @param insertion the new layer; all its segments must have equal ends and lines
   * @param x samples in rows
   * @throws IllegalArgumentException if there is no such place, or the layer is too narrow: the
   *     message says how wide it must be
   */
  public static Lift lift(Perceptron network, Insertion insertion, RealMatrix x) {
    insertion.requirePlace(network);
    AffineSegment box = insertion.segments().getFirst();
    if (insertion.segments().stream().anyMatch(s -> !s.equals(box))) {
      throw new IllegalArgumentException(
          "lift: the explicit construction puts all neurons into one interval; general members take several");
    }
    requireFinite(box);
    Features features = network.features(x);
    return insertion.bridged()
        ? bridged(network, insertion, features)
        : plain(network, insertion, features);
  }

  /**
   * {@return lifts one after another, each of the network that the one before gave}
   *
   * @param network θ
   * @param insertions the new layers; positions count the layers inserted before
   * @param x samples in rows
   * @throws IllegalArgumentException as {@link #lift}
   */
  public static List<Lift> liftAll(Perceptron network, List<Insertion> insertions, RealMatrix x) {
    List<Lift> lifts = new ArrayList<>();
    Perceptron now = network;
    for (Insertion insertion : insertions) {
      lifts.add(lift(now, insertion, x));
      now = lifts.getLast().deep();
    }
    return List.copyOf(lifts);
  }

  /**
   * {@return the lift that only shifts: W′ = I, b′ = (floor − min f^[q])1, V = W [paper, figure 4]}
   *
   * @param network θ
   * @param after q
   * @param activation φ of the new layer, as wide as f^[q]
   * @param floor the least value of its pre-activations
   * @param x samples in rows
   * @throws IllegalArgumentException if the features do not fit into a segment of φ above the floor
   */
  public static Lift identity(
      Perceptron network,
      int after,
      dev.lamina.kernel.Activation activation,
      double floor,
      RealMatrix x) {
    if (after < 0 || after >= network.depth()) {
      throw new IllegalArgumentException(
          "lift: position must be 0 to %d but is %d".formatted(network.depth() - 1, after));
    }
    Extent extent = Extent.of(network.features(x).value(after));
    double size = extent.size() > 0 ? extent.size() : 1;
    AffineSegment box = AffineSegments.on(activation, floor, floor + size);
    Insertion insertion = Insertion.of(after, network.width(after), activation, box);
    insertion.requirePlace(network);
    RealVector bias = constant(network.width(after), floor - extent.min());
    RealMatrix in = MatrixUtils.createRealIdentityMatrix(network.width(after));
    RealMatrix out = network.stage(after + 1).weights().scalarMultiply(1 / box.slope());
    return assemble(network, insertion, in, bias, out);
  }

  private static Lift plain(Perceptron network, Insertion insertion, Features features) {
    int q = insertion.after();
    Stage next = network.stage(q + 1);
    int before = network.width(q);
    int behind = network.width(q + 1);
    if (insertion.width() >= before && before <= behind) {
      RealMatrix identity = MatrixUtils.createRealIdentityMatrix(before);
      return scaled(network, insertion, features.value(q), identity, none(before), next.weights());
    }
    if (insertion.width() >= behind && behind <= before) {
      RealMatrix identity = MatrixUtils.createRealIdentityMatrix(behind);
      return scaled(
          network, insertion, features.preActivation(q + 1), next.weights(), next.bias(), identity);
    }
    return ofLowRank(network, insertion, features);
  }

  private static Lift ofLowRank(Perceptron network, Insertion insertion, Features features) {
    int q = insertion.after();
    SingularValueDecomposition svd = new SingularValueDecomposition(network.stage(q + 1).weights());
    int rank = rank(svd);
    if (insertion.width() < Math.max(1, rank)) {
      int least = Math.min(network.width(q), network.width(q + 1));
      throw new IllegalArgumentException(
          "lift: after layer %d the new layer must be at least min(%d, %d) = %d wide%s, but %d was asked"
              .formatted(
                  q,
                  network.width(q),
                  network.width(q + 1),
                  least,
                  rank < least ? ", or " + Math.max(1, rank) + ", the rank of these weights" : "",
                  insertion.width()));
    }
    int kept = Math.max(1, rank); // weights of rank 0 still need a neuron
    int lastRow = network.width(q + 1) - 1;
    RealMatrix in = svd.getVT().getSubMatrix(0, kept - 1, 0, network.width(q) - 1);
    RealMatrix out =
        svd.getU()
            .getSubMatrix(0, lastRow, 0, kept - 1)
            .multiply(svd.getS().getSubMatrix(0, kept - 1, 0, kept - 1));
    RealMatrix seen = features.value(q).multiplyTransposed(in);
    return scaled(network, insertion, seen, in, none(kept), out);
  }

  /** Squeezes T = in·f + bias, whose values are given, into the interval; out undoes it. */
  private static Lift scaled(
      Perceptron network,
      Insertion insertion,
      RealMatrix seen,
      RealMatrix in,
      RealVector bias,
      RealMatrix out) {
    AffineSegment box = insertion.segments().getFirst();
    double xi = scale(box, Extent.of(seen));
    RealVector shift = constant(bias.getDimension(), box.low() - xi * Extent.of(seen).min());
    return assemble(
        network,
        insertion,
        padRows(in.scalarMultiply(xi), insertion.width()),
        pad(bias.mapMultiply(xi).add(shift), insertion.width(), (box.low() + box.high()) / 2),
        padColumns(out.scalarMultiply(1 / (box.slope() * xi)), insertion.width()));
  }

  /** W′ = ξI, so that V = W/(1 + λξ) [derived]. */
  private static Lift bridged(Perceptron network, Insertion insertion, Features features) {
    AffineSegment box = insertion.segments().getFirst();
    Extent extent = Extent.of(features.value(insertion.after()));
    double xi = scale(box, extent);
    if (Math.abs(1 + box.slope() * xi) < 0.25) {
      xi /= 2; // λ is about −1/ξ: the block would take away what it bridges
    }
    RealMatrix in = MatrixUtils.createRealIdentityMatrix(insertion.width()).scalarMultiply(xi);
    RealVector bias = constant(insertion.width(), box.low() - xi * extent.min());
    RealMatrix out =
        network.stage(insertion.after() + 1).weights().scalarMultiply(1 / (1 + box.slope() * xi));
    return assemble(network, insertion, in, bias, out);
  }

  /**
   * Puts the new layer into the network; b″ keeps the outputs.
   *
   * @param in W′
   * @param bias b′
   * @param out V
   */
  static Lift assemble(
      Perceptron network, Insertion insertion, RealMatrix in, RealVector bias, RealMatrix out) {
    Stage next = network.stage(insertion.after() + 1);
    RealVector lines = lines(insertion, bias);
    List<Stage> stages = new ArrayList<>(network.stages());
    RealVector rest = next.bias().subtract(out.operate(lines)); // b″, in a layer without bias too
    stages.set(insertion.after(), new Stage(out, rest, next.activation(), next.bridged()));
    stages.add(insertion.after(), new Stage(in, bias, insertion.activation(), insertion.bridged()));
    return new Lift(network, new Perceptron(stages), insertion);
  }

  /** Returns Λb′ + μ. */
  private static RealVector lines(Insertion insertion, RealVector bias) {
    RealVector lines = bias.copy();
    for (int j = 0; j < bias.getDimension(); j++) {
      lines.setEntry(j, insertion.segments().get(j).line(bias.getEntry(j)));
    }
    return lines;
  }

  static int rank(SingularValueDecomposition svd) {
    double[] values = svd.getSingularValues();
    int rank = 0;
    while (rank < values.length && values[rank] > RANK * values[0]) {
      rank++;
    }
    return rank;
  }

  private static void requireFinite(AffineSegment box) {
    if (!Double.isFinite(box.low()) || !Double.isFinite(box.high())) {
      throw new IllegalArgumentException(
          "lift: the interval must have two finite ends but is " + box);
    }
  }

  private static double scale(AffineSegment box, Extent extent) {
    return extent.size() > 0 ? (box.high() - box.low()) / extent.size() : 1;
  }

  private static RealVector none(int size) {
    return constant(size, 0);
  }

  private static RealVector constant(int size, double value) {
    return MatrixUtils.createRealVector(new double[size]).mapAddToSelf(value);
  }

  private static RealMatrix padRows(RealMatrix m, int rows) {
    RealMatrix padded = MatrixUtils.createRealMatrix(rows, m.getColumnDimension());
    padded.setSubMatrix(m.getData(), 0, 0);
    return padded;
  }

  private static RealMatrix padColumns(RealMatrix m, int columns) {
    RealMatrix padded = MatrixUtils.createRealMatrix(m.getRowDimension(), columns);
    padded.setSubMatrix(m.getData(), 0, 0);
    return padded;
  }

  private static RealVector pad(RealVector v, int size, double value) {
    RealVector padded = constant(size, value);
    padded.setSubVector(0, v);
    return padded;
  }
}
