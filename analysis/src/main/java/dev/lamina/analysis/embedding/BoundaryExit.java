package dev.lamina.analysis.embedding;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.hipparchus.linear.RealMatrix;

/**
 * A way out of a lifted set [derived]: the bias of one inserted neuron is moved, and the biases
 * behind make up for it, until an extreme sample reaches the end of the neuron's segment. Up to
 * there all outputs stay, so the way is flat. Beyond the end by t the risk changes by
 *
 * <pre>  dR = (Σ_{i tied} ⟨eᵢ, V_j⟩) d(t) + O(d²),   eᵢ = ∂R/∂u^[q+1] of sample i,</pre>
 *
 * where d(t) is how far φ leaves the line of the segment: (λ − λ₋) t where the slope jumps to λ₋
 * below the segment, (λ₊ − λ) t above it, and t²/2 at the lower end of elu, whose slope does not
 * jump. It holds until the next sample gets there too.
 *
 * @param neuron the inserted neuron, from 0
 * @param upper whether the way leads over the upper end of the segment
 * @param samples the extreme samples that get there first, several if they are tied
 * @param room how far the bias moves until then
 * @param gap how much farther until the next sample gets there; infinite if there is none
 * @param slope of φ in the segment, λ
 * @param pull Σ ⟨eᵢ, V_j⟩ over the samples that get there first
 * @param defect d(t)/t^order
 * @param order 1 where the slope jumps, else 2
 */
public record BoundaryExit(
    int neuron,
    boolean upper,
    List<Integer> samples,
    double room,
    double gap,
    double slope,
    double pull,
    double defect,
    int order) {
  /** Samples nearer to each other than this share of the range get there together. */
  private static final double TIED = 1e-9;

  /** Copies the list. */
  public BoundaryExit {
    samples = List.copyOf(samples);
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
    double tied = extent.min() + TIED * extent.size();
    List<Integer> first =
        IntStream.range(0, seen.length).filter(i -> distance[i] <= tied).boxed().toList();
    double next =
        Arrays.stream(distance).filter(d -> d > tied).min().orElse(Double.POSITIVE_INFINITY);
    Beyond beyond = Beyond.of(activation, home, upper);
    return new BoundaryExit(
        neuron,
        upper,
        first,
        extent.min(),
        next - extent.min(),
        home.slope(),
        first.stream().mapToDouble(i -> pulls[i]).sum(),
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

  /**
   * {@return the leading term of the change of the risk}
   *
   * @param t how far beyond the end, from 0 to the gap
   */
  public double change(double t) {
    return pull * defect * Math.pow(t, order);
  }

  /** {@return whether the risk falls beyond the end, to leading order} */
  public boolean descends() {
    return pull * defect < 0;
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
