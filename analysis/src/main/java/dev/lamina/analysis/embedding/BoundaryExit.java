package dev.lamina.analysis.embedding;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.hipparchus.linear.RealMatrix;

/**
 * A way out of a lifted set [derived]: the bias of one inserted neuron is moved, and the biases
 * behind make up for it, until an extreme sample reaches the end of the neuron's segment. Up to
 * there all outputs stay, so the way is flat. Beyond the end by t the risk changes by
 *
 * <pre>  dR = Σᵢ ⟨eᵢ, V_j⟩ d(t − gᵢ) + O(d²),   eᵢ = ∂R/∂u^[q+1] of sample i,</pre>
 *
 * where gᵢ is how much later than the first one a sample gets there, and d how far φ leaves the
 * line of the segment: 0 before the end, (λ − λ₋) t where the slope jumps to λ₋ below the segment,
 * (λ₊ − λ) t above it, and t²/2 + O(t³) at the lower end of elu, whose slope does not jump.
 *
 * @param neuron the inserted neuron, from 0
 * @param upper whether the way leads over the upper end of the segment
 * @param samples in the order in which they get there
 * @param tied how many get there first
 * @param room how far the bias moves until then
 * @param gaps gᵢ in that order, 0 for those that are first
 * @param pulls ⟨eᵢ, V_j⟩ in that order
 * @param slope of φ in the segment, λ
 * @param defect d(t)/t^order
 * @param order 1 where the slope jumps, else 2
 */
public record BoundaryExit(
    int neuron,
    boolean upper,
    List<Integer> samples,
    int tied,
    double room,
    List<Double> gaps,
    List<Double> pulls,
    double slope,
    double defect,
    int order) {
  /** Samples nearer to each other than this share of the range get there together. */
  private static final double TIED = 1e-9;

  /** Copies the lists. */
  public BoundaryExit {
    samples = List.copyOf(samples);
    gaps = List.copyOf(gaps);
    pulls = List.copyOf(pulls);
  }

  /**
   * {@return all ways out of a lift over an end of a segment: one for each end that is finite, of
   * each neuron that stays in an exact segment}
   *
   * @param lift the lift
   * @param errors ∂R/∂u^[q+1] of the shallow network, n×m_{q+1}
   * @param x samples in rows
   */
  public static List<BoundaryExit> of(Lift lift, RealMatrix errors, RealMatrix x) {
    Insertion insertion = lift.insertion();
    int layer = insertion.after() + 1;
    RealMatrix u = lift.deep().features(x).preActivation(layer);
    RealMatrix pulls = errors.multiply(lift.deep().stage(layer + 1).weights());
    List<BoundaryExit> exits = new ArrayList<>();
    for (int j = 0; j < u.getColumnDimension(); j++) {
      double[] seen = u.getColumn(j);
      Extent extent = Extent.of(seen);
      Optional<AffineSegment> home =
          AffineSegments.exact(insertion.activation()).stream()
              .filter(s -> s.margin(extent.min(), extent.max()) > 0)
              .findFirst();
      if (home.isPresent()) {
        for (boolean upper : new boolean[] {false, true}) {
          double end = upper ? home.get().high() : home.get().low();
          if (Double.isFinite(end)) {
            exits.add(exit(j, upper, home.get(), seen, pulls.getColumn(j), insertion.activation()));
          }
        }
      }
    }
    return List.copyOf(exits);
  }

  private static BoundaryExit exit(
      int neuron,
      boolean upper,
      AffineSegment home,
      double[] seen,
      double[] pulls,
      Activation activation) {
    double[] distance =
        Arrays.stream(seen).map(v -> upper ? home.high() - v : v - home.low()).toArray();
    Extent extent = Extent.of(distance);
    double tied = TIED * extent.size();
    List<Integer> order =
        IntStream.range(0, seen.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> distance[i]))
            .toList();
    List<Double> gaps =
        order.stream()
            .map(i -> distance[i] - extent.min())
            .map(gap -> gap <= tied ? 0.0 : gap)
            .toList();
    Beyond beyond = Beyond.of(activation, home, upper);
    return new BoundaryExit(
        neuron,
        upper,
        order,
        (int) gaps.stream().filter(gap -> gap == 0).count(),
        extent.min(),
        gaps,
        order.stream().map(i -> pulls[i]).toList(),
        home.slope(),
        beyond.defect,
        beyond.order);
  }

  /** How φ leaves the line of a segment at its end: by defect·t^order. */
  private record Beyond(double defect, int order) {
    static Beyond of(Activation activation, AffineSegment home, boolean upper) {
      return switch (activation) {
        case Activation.PiecewiseLinear p -> jump(home, upper, upper ? 1 : p.slope());
        case Activation.HardTanh _ -> jump(home, upper, 0);
        case Activation.Elu _ -> new Beyond(0.5, 2); // eᵘ − 1 = u + u²/2 + …
        case Activation.Polynomial _,
            Activation.Hermite _,
            Activation.Smooth _,
            Activation.Sign _ ->
            throw new IllegalStateException(activation + " has no segment with an end");
      };
    }

    private static Beyond jump(AffineSegment home, boolean upper, double slope) {
      return new Beyond(upper ? slope - home.slope() : home.slope() - slope, 1);
    }
  }

  /** {@return how much later the next samples get there; infinite if all get there first} */
  public double gap() {
    return tied < gaps.size() ? gaps.get(tied) : Double.POSITIVE_INFINITY;
  }

  /** {@return c in dR = c t^order, the leading term until the next samples get there} */
  public double coefficient() {
    return defect * pulls.subList(0, tied).stream().mapToDouble(p -> p).sum();
  }

  /**
   * {@return the leading term of the change of the risk: Σᵢ ⟨eᵢ, V_j⟩ d(t − gᵢ)}
   *
   * @param t how far the first samples are beyond the end, ≥ 0
   */
  public double change(double t) {
    double sum = 0;
    for (int i = 0; i < gaps.size() && gaps.get(i) < t; i++) {
      sum += pulls.get(i) * defect * Math.pow(t - gaps.get(i), order);
    }
    return sum;
  }

  /**
   * {@return the direction of the way in the deep parameters, for a bias that moves by 1: the risk
   * stays along it until the bias has moved by {@code room}}
   *
   * @param lift the lift that this leads out of
   */
  public double[] direction(Lift lift) {
    int layer = lift.insertion().after() + 1;
    Perceptron deep = lift.deep();
    double sign = upper ? 1 : -1;
    double[] direction = new double[deep.parameterCount()];
    int before = deep.stages().subList(0, layer - 1).stream().mapToInt(Stage::parameters).sum();
    Stage inserted = deep.stage(layer);
    Stage next = deep.stage(layer + 1);
    direction[before + inserted.inputs() * inserted.outputs() + neuron] = sign;
    int bias = before + inserted.parameters() + next.inputs() * next.outputs();
    for (int k = 0; k < next.outputs(); k++) {
      direction[bias + k] = -sign * slope * next.weights().getEntry(k, neuron);
    }
    return direction;
  }

  /**
   * {@return the network where the extreme samples are beyond the end}
   *
   * @param lift the lift that this leads out of
   * @param t how far beyond; negative for a point on the flat way
   */
  public Perceptron beyond(Lift lift, double t) {
    double[] theta = lift.deep().parameters();
    double[] direction = direction(lift);
    for (int k = 0; k < theta.length; k++) {
      theta[k] += (room + t) * direction[k];
    }
    return lift.deep().withParameters(theta);
  }
}
