package dev.lamina.analysis.propagation;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The recursion of the correlation c and of the gradient correlation ĉ of two inputs through an
 * infinitely wide network of L layers,
 *
 * <pre>
 *   c_{l+1} = (skip·c_l + weightVariance·E[φ(u)φ(v)] + biasVariance)/q_{l+1}
 *   ĉ_L = 1,    ĉ_l = ĉ_{l+1} · (skip + weightVariance·E[φ′(u)φ′(v)])/(skip + weightVariance·E[φ′(u)²])
 * </pre>
 *
 * with (u, v) Gaussian of variance q_l and correlation c_l, and skip 1 for residual networks, else
 * 0. For relu at the edge of chaos this is the published c_{l+1} = (√(1 − c²) + c(π − arccos c))/π
 * (Cho and Saul 2009), ĉ_l = Π (1 − arccos(c_k)/π), which loses the digits of 1 − c, as c tends to
 * 1 with depth. Here 1 − c is carried, and ĉ as a sum of logarithms. ĉ is normalised by the mean
 * square of the gradients, which makes it a correlation off the edge of chaos too.
 *
 * <p>The forward recursion does not depend on L: one object serves all depths up to its own.
 */
public final class SignalPropagation {
  private final WideNetwork network;
  private final double cosine;

  /** 1 − c at layer l in entry l − 1. */
  private final double[] complements;

  /** ln |factor| of the gradient correlation from layer l + 1 to layer l in entry l − 1. */
  private final double[] logFactors;

  /** Whether that factor is negative. */
  private final boolean[] negative;

  private SignalPropagation(WideNetwork network, double cosine, int depth) {
    this.network = network;
    this.cosine = cosine;
    complements = new double[depth];
    logFactors = new double[depth - 1];
    negative = new boolean[depth - 1];
  }

  /**
   * {@return the recursion down to a depth}
   *
   * @param network the network
   * @param cosine correlation of the two inputs' first pre-activations, in [−1, 1]; without bias
   *     the cosine between the inputs
   * @param depth number of layers L, at least 1
   * @throws IllegalArgumentException if an argument is outside its range, or if the variance leaves
   *     the range in which the dual of the activation can be computed
   */
  public static SignalPropagation of(WideNetwork network, double cosine, int depth) {
    if (!(cosine >= -1 && cosine <= 1)) {
      throw new IllegalArgumentException(
          "signal propagation: cosine must be in [−1, 1] but is " + cosine);
    }
    if (depth < 1) {
      throw new IllegalArgumentException(
          "signal propagation: depth must be at least 1 but is " + depth);
    }
    SignalPropagation propagation = new SignalPropagation(network, cosine, depth);
    propagation.run();
    return propagation;
  }

  private void run() {
    complements[0] = 1 - cosine;
    LayerSteps steps = new LayerSteps(network);
    for (int l = 1; l < complements.length; l++) {
      LayerStep step = steps.next();
      double s = complements[l - 1];
      complements[l] = Math.clamp(step.complement(s), 0, 2);
      double lost = step.slopeComplement(s);
      double factor = step.slope(s);
      logFactors[l - 1] = lost < 0.5 ? Math.log1p(-lost) : Math.log(Math.abs(factor));
      negative[l - 1] = factor < 0;
    }
  }

  /** {@return the network} */
  public WideNetwork network() {
    return network;
  }

  /** {@return the deepest network that this can tell about} */
  public int depth() {
    return complements.length;
  }

  /** {@return the propagation through all layers} */
  public Propagation propagation() {
    return at(depth());
  }

  /**
   * {@return the propagation through a network of fewer layers, or as many}
   *
   * @param depth number of layers L, from 1 to {@link #depth()}
   * @throws IllegalArgumentException if the depth is outside its range
   */
  public Propagation at(int depth) {
    double[] gradients = logGradients(depth);
    List<PropagatedLayer> layers = new ArrayList<>(depth);
    boolean minus = false;
    for (int l = depth; l >= 1; l--) {
      minus ^= l < depth && negative[l - 1];
      double gradient = Math.exp(gradients[l - 1]);
      double s = complements[l - 1];
      layers.add(new PropagatedLayer(l, l == 1 ? cosine : 1 - s, s, minus ? -gradient : gradient));
    }
    return new Propagation(network, layers.reversed(), equilibriumLayer(depth));
  }

  /**
   * Returns the real-valued solution l* of 1 − c_l = ĉ_l: with d_l = ln(1 − c_l) − ln ĉ_l, the
   * first l with d_l ≥ 0 &gt; d_{l+1}, and l* = l + d_l/(d_l − d_{l+1}).
   *
   * <p>The equality as the definition of the balanced layer is derived here; it reproduces the
   * published exponent 3/5 of the depth (arXiv 2110.11749). A gradient correlation that is not
   * positive counts as lost altogether.
   *
   * @param depth number of layers L, from 1 to {@link #depth()}
   * @return l*; 1 if 1 − c₁ &lt; ĉ₁, empty if 1 − c exceeds ĉ in all layers
   * @throws IllegalArgumentException if the depth is outside its range
   */
  public OptionalDouble equilibriumLayer(int depth) {
    double[] gradients = logGradients(depth);
    boolean minus = false;
    for (int l = depth - 1; l >= 1; l--) {
      minus ^= negative[l - 1];
      if (minus) {
        gradients[l - 1] = Double.NEGATIVE_INFINITY;
      }
    }
    double before = difference(gradients, 1);
    if (before < 0) {
      return OptionalDouble.of(1);
    }
    for (int l = 1; l < depth; l++) {
      double after = difference(gradients, l + 1);
      if (before >= 0 && after < 0) {
        double share = Double.isInfinite(before) ? 1 : before / (before - after);
        return OptionalDouble.of(l + (Double.isInfinite(after) ? 0 : share));
      }
      before = after;
    }
    return before == 0 ? OptionalDouble.of(depth) : OptionalDouble.empty();
  }

  private double difference(double[] gradients, int layer) {
    return Math.log(complements[layer - 1]) - gradients[layer - 1];
  }

  /** Returns ln |ĉ_l| in entry l − 1, by a compensated sum from the last layer to the first. */
  private double[] logGradients(int depth) {
    if (depth < 1 || depth > depth()) {
      throw new IllegalArgumentException(
          "signal propagation: depth must be 1 to %d but is %d".formatted(depth(), depth));
    }
    double[] logs = new double[depth];
    double sum = 0;
    double compensation = 0;
    for (int l = depth - 1; l >= 1; l--) {
      double term = logFactors[l - 1] - compensation;
      double next = sum + term;
      // (−∞) − (−∞) is not a rounding error
      compensation = Double.isInfinite(next) ? 0 : next - sum - term;
      sum = next;
      logs[l - 1] = sum;
    }
    return logs;
  }
}
