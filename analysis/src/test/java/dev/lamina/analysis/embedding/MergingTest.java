package dev.lamina.analysis.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.hipparchus.linear.RealMatrix;

class MergingTest {
  /** So near to 1 that only exact lines exceed it. */
  private static final Linearity EXACT = new Linearity(1 - 1e-10, 0);

  private static final Linearity EVERYTHING = new Linearity(0, 0);

  @Provide
  Arbitrary<LiftCase> cases() {
    return LiftCase.all();
  }

  @Property(tries = 300)
  void mergingUndoesAnExactLift(@ForAll("cases") LiftCase c) {
    Perceptron shallow = c.network();
    RealMatrix x = c.samples();
    Assume.that(EXACT.measure(shallow, x).stream().noneMatch(LayerLinearity::effectivelyLinear));
    for (Lift lift : List.of(c.explicit(), c.member())) {
      Merge merge = Merging.merge(lift.deep(), x, EXACT);
      assertThat(merge.layers()).hasSize(1);
      assertThat(merge.layers().getFirst().layer()).isEqualTo(c.after() + 1);
      assertThat(merge.after().widths()).isEqualTo(shallow.widths());
      assertThat(Fixtures.change(shallow, merge.after(), x)).isLessThan(1e-10);
      double scale = 1 + lift.deep().stage(c.after() + 2).weights().getFrobeniusNorm();
      if (merge.layers().getFirst().linearity().constant() == added(lift)) {
        // Where a neuron with weights is constant on the samples, they do not tell its slope.
        double[] got = merge.after().parameters();
        double[] want = shallow.parameters();
        for (int k = 0; k < want.length; k++) {
          assertThat(got[k]).isCloseTo(want[k], within(1e-11 * scale * scale));
        }
      }
      assertThat(merge.maxOutputChange(x)).isLessThan(1e-11 * scale * scale);
    }
  }

  private static int added(Lift lift) {
    RealMatrix in = lift.deep().stage(lift.insertion().after() + 1).weights();
    int added = 0;
    for (int j = 0; j < in.getRowDimension(); j++) {
      added += in.getRowVector(j).getNorm() == 0 ? 1 : 0;
    }
    return added;
  }

  /** Random networks of all activations, every layer merged: what is left is one line. */
  @Property(tries = 300)
  void theBoundHolds(@ForAll long seed) {
    RandomGenerator random = Fixtures.random(seed);
    List<Activation> all = new ArrayList<>(LiftCase.SEGMENTED);
    all.addAll(List.of(Activation.Smooth.values()));
    int depth = 2 + random.nextInt(3);
    List<Stage> stages = new ArrayList<>();
    int width = 1 + random.nextInt(4);
    for (int l = 1; l <= depth; l++) {
      // A bridge may stand behind the first layer only: the one in front of it stays.
      boolean bridged = l > 1 && random.nextInt(4) == 0;
      int outputs = bridged ? width : 1 + random.nextInt(4);
      Activation activation =
          l == depth && random.nextBoolean()
              ? Activation.IDENTITY
              : all.get(random.nextInt(all.size()));
      Stage plain = Fixtures.random(List.of(width, outputs), activation, random).stage(1);
      stages.add(
          new Stage(
              plain.weights().scalarMultiply(random.nextDouble()),
              plain.bias(),
              activation,
              bridged));
      width = outputs;
    }
    Perceptron network = new Perceptron(stages);
    RealMatrix x = Fixtures.samples(12, network.width(0), random);
    Merge merge = Merging.merge(network, x, EVERYTHING);
    double rounding = 1e-12 * (1 + merge.bound());
    assertThat(merge.maxOutputChange(x)).isLessThanOrEqualTo(merge.bound() + rounding);
    assertThat(merge.rmsOutputChange(x)).isLessThanOrEqualTo(merge.rmsBound() + rounding);
    assertThat(merge.rmsBound()).isLessThanOrEqualTo(merge.bound() + rounding);
    assertThat(merge.layers().size() + merge.kept().size())
        .isEqualTo(merge.linearity().stream().filter(LayerLinearity::effectivelyLinear).count());
  }

  /** With one neuron the bound is what happens. */
  @Example
  void theBoundIsTightForOneNeuron() {
    Perceptron network =
        Fixtures.zeros(List.of(1, 1, 1), Fixtures.TANH)
            .withParameters(new double[] {0.5, 0.1, -3, 0.2});
    RealMatrix x = Fixtures.line();
    Merge merge = Merging.merge(network, x, EVERYTHING);
    assertThat(merge.after().depth()).isEqualTo(1);
    assertThat(merge.maxOutputChange(x)).isCloseTo(merge.bound(), within(1e-14));
    assertThat(merge.rmsOutputChange(x)).isCloseTo(merge.rmsBound(), within(1e-14));
    assertThat(merge.layers().getFirst().nextChange()).isCloseTo(merge.rmsBound(), within(1e-15));
    assertThat(merge.bound()).isGreaterThan(0.1);
  }

  /** Squeezed tanh layers: outputs change as ε², and 1 − MPC as ε⁴. */
  @Example
  void squeezedLayersAreNearlyLinear() {
    Perceptron shallow = Fixtures.oneTwoOne(Fixtures.TANH, Fixtures.TANH_POINT);
    RealMatrix x = Fixtures.line();
    double[] golden = {3e-7, 3e-11};
    double[] eps = {1e-1, 1e-2};
    for (int k = 0; k < 2; k++) {
      AffineSegment box = AffineSegments.tangent(Fixtures.TANH, -eps[k], eps[k]);
      Lift lift = Lifting.lift(shallow, Insertion.of(1, 1, Fixtures.TANH, box), x);
      double missing = 1 - Linearity.USUAL.measure(lift.deep(), x).get(1).minPearson();
      assertThat(missing).isBetween(0.3 * golden[k], 30 * golden[k]);
      Merge merge = Merging.merge(lift.deep(), x, Linearity.USUAL);
      assertThat(merge.layers()).hasSize(1);
      assertThat(merge.maxOutputChange(x)).isLessThan(merge.bound() + 1e-12);
      assertThat(merge.maxOutputChange(x)).isLessThan(eps[k] * eps[k]);
    }
  }

  @Example
  void severalLayersGoFromTheLastToTheFirst() {
    Perceptron shallow = Fixtures.random(List.of(2, 3, 2), Fixtures.TANH, Fixtures.random(6));
    RealMatrix x = Fixtures.samples(15, 2, Fixtures.random(7)).scalarMultiply(3);
    AffineSegment box = AffineSegments.on(Activation.RELU, 0.5, 1.5);
    List<Insertion> insertions =
        List.of(
            Insertion.of(1, 3, Activation.RELU, box),
            Insertion.of(1, 4, Activation.RELU, box),
            Insertion.of(0, 2, Activation.RELU, box));
    Perceptron deep = Lifting.liftAll(shallow, insertions, x).getLast().deep();
    Merge merge = Merging.merge(deep, x, Linearity.USUAL);
    assertThat(merge.layers().stream().map(MergedLayer::layer)).containsExactly(4, 3, 1);
    assertThat(merge.after().widths()).isEqualTo(shallow.widths());
    assertThat(merge.maxOutputChange(x)).isLessThan(1e-12);
  }

  /** What is in front of a bridge cannot be merged; the bridge's own layer can. */
  @Example
  void bridgesAreKept() {
    Perceptron shallow = Fixtures.random(List.of(2, 3, 2), Activation.IDENTITY, Fixtures.random(6));
    RealMatrix x = Fixtures.samples(15, 2, Fixtures.random(7));
    AffineSegment box = AffineSegments.on(Activation.RELU, 0.5, 1.5);
    Insertion block = new Insertion(1, Activation.RELU, List.of(box, box, box), true);
    Perceptron deep = Lifting.lift(shallow, block, x).deep();
    Merge merge = Merging.merge(deep, x, Linearity.USUAL);
    assertThat(merge.layers().stream().map(MergedLayer::layer)).containsExactly(2, 1);
    List<Stage> bent = new ArrayList<>(deep.stages());
    Stage inserted = bent.get(1);
    bent.set(
        1, inserted.with(inserted.weights().scalarMultiply(30), inserted.bias().mapMultiply(0)));
    Merge kept = Merging.merge(new Perceptron(bent), x, Linearity.USUAL);
    assertThat(kept.kept()).containsExactly(1);
    assertThat(kept.layers()).isEmpty();
  }

  /** The constants of GELU and SiLU, searched for on a grid. */
  @Example
  void largestSlopesAreBounds() {
    for (Activation.Smooth s : Activation.Smooth.values()) {
      double bound = Merging.largestSlope(s, -5, 5);
      double largest = 0;
      for (double u = -5; u <= 5; u += 1e-3) {
        largest = Math.max(largest, Math.abs(s.derivative(u)));
      }
      assertThat(largest).as(s.toString()).isBetween(0.95 * bound, bound * (1 + 1e-9));
    }
  }
}
