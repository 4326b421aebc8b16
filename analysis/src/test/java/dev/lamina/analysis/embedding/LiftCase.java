package dev.lamina.analysis.embedding;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.hipparchus.linear.RealMatrix;

/**
 * A random network, samples, and a place to insert a layer.
 *
 * @param widths of the network
 * @param activation of its hidden layers
 * @param inserted activation of the new layer
 * @param after where it goes
 * @param extra neurons beyond the least number
 * @param bridged whether the new layer is residual
 * @param seed of all numbers
 */
record LiftCase(
    List<Integer> widths,
    Activation activation,
    Activation inserted,
    int after,
    int extra,
    boolean bridged,
    long seed) {

  static final List<Activation> SEGMENTED =
      List.of(
          Activation.RELU,
          new Activation.PiecewiseLinear(0.1),
          Activation.ABS,
          Activation.IDENTITY,
          new Activation.Elu(),
          new Activation.HardTanh(),
          Activation.parse("polynomial(coefficients=[0.3, -2])"));

  static Arbitrary<LiftCase> all() {
    Arbitrary<List<Integer>> widths =
        Arbitraries.integers().between(1, 5).list().ofMinSize(2).ofMaxSize(5);
    List<Activation> hidden = new ArrayList<>(SEGMENTED);
    hidden.addAll(List.of(Activation.Smooth.TANH, Activation.Smooth.GELU));
    return widths.flatMap(w ->
        Combinators.combine(
                Arbitraries.of(hidden),
                Arbitraries.of(SEGMENTED),
                Arbitraries.integers().between(0, w.size() - 2),
                Arbitraries.integers().between(0, 3),
                Arbitraries.of(true, false),
                Arbitraries.longs())
            .as((a, b, q, extra, bridged, seed) -> new LiftCase(w, a, b, q, extra, bridged, seed)));
  }

  RandomGenerator random() {
    return Fixtures.random(seed);
  }

  Perceptron network() {
    return Fixtures.random(widths, activation, random());
  }

  RealMatrix samples() {
    return Fixtures.samples(9, widths.getFirst(), Fixtures.random(seed + 1));
  }

  RealMatrix targets() {
    return Fixtures.samples(9, widths.getLast(), Fixtures.random(seed + 2));
  }

  int width() {
    return bridged ? widths.get(after) : Math.min(widths.get(after), widths.get(after + 1)) + extra;
  }

  /** A closed interval away from the kinks, on either side where both can be used. */
  AffineSegment box() {
    if (inserted instanceof Activation.HardTanh) {
      return AffineSegments.on(inserted, -0.6, 0.7);
    }
    boolean left = AffineSegments.exact(inserted).size() == 2 && (seed & 1) == 1;
    return left ? AffineSegments.on(inserted, -1.5, -0.5) : AffineSegments.on(inserted, 0.5, 1.5);
  }

  Lift explicit() {
    List<AffineSegment> boxes = java.util.Collections.nCopies(width(), box());
    return Lifting.lift(network(), new Insertion(after, inserted, boxes, bridged), samples());
  }

  /** Every neuron on a branch of its own choice. */
  Lift member() {
    RandomGenerator random = Fixtures.random(seed + 3);
    List<AffineSegment> all = AffineSegments.exact(inserted);
    List<AffineSegment> mixed = random.ints(width(), 0, all.size()).mapToObj(all::get).toList();
    return LiftedSet.random(
        network(), new Insertion(after, inserted, mixed, bridged), samples(), random);
  }
}
