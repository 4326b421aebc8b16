package dev.lamina.analysis.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;

class LiftingTest {
  private static final double OUTPUTS = 1e-10;

  @Provide
  Arbitrary<LiftCase> cases() {
    return LiftCase.all();
  }

  @Property(tries = 300)
  void explicitLiftsKeepOutputsAndAreMembers(@ForAll("cases") LiftCase c) {
    Lift lift = c.explicit();
    requireLift(c, lift);
    assertThat(lift.deep().width(c.after() + 1)).isEqualTo(c.width());
    // The interval is closed: its extreme samples lie on its ends.
    assertThat(lift.margin(c.samples())).isGreaterThan(-1e-12);
  }

  @Property(tries = 300)
  void randomMembersKeepOutputsAndAreMembers(@ForAll("cases") LiftCase c) {
    requireLift(c, c.member());
  }

  private static void requireLift(LiftCase c, Lift lift) {
    RealMatrix x = c.samples();
    assertThat(Fixtures.change(lift.shallow(), lift.deep(), x)).isLessThan(scaled(lift));
    Membership membership = membership(lift, x);
    assertThat(membership.reason()).isEmpty();
    assertThat(membership.isMember()).isTrue();
    assertThat(membership.margin()).isPositive();
    requireMemberByLoops(lift, x);
  }

  /** Ill-conditioned mixtures have large V, whose rounding the outputs see. */
  private static double scaled(Lift lift) {
    RealMatrix v = lift.deep().stage(lift.insertion().after() + 2).weights();
    return OUTPUTS * Math.max(1, v.getFrobeniusNorm() / 100);
  }

  private static Membership membership(Lift lift, RealMatrix x) {
    List<AffineSegment> all = AffineSegments.exact(lift.insertion().activation());
    return Membership.test(lift.shallow(), lift.deep(), lift.insertion().after(), all, x, 1e-10);
  }

  /** The definition, neuron by neuron, with slopes found from the activation's values alone. */
  private static void requireMemberByLoops(Lift lift, RealMatrix x) {
    int q = lift.insertion().after();
    Stage in = lift.deep().stage(q + 1);
    Stage next = lift.deep().stage(q + 2);
    Stage old = lift.shallow().stage(q + 1);
    double[] slope = new double[in.outputs()];
    double[] offset = new double[in.outputs()];
    for (int j = 0; j < in.outputs(); j++) {
      double[] u = new double[x.getRowDimension()];
      for (int i = 0; i < u.length; i++) {
        double[] f = x.getRow(i);
        for (int l = 1; l <= q; l++) {
          f = Fixtures.output(new Perceptron(List.of(lift.shallow().stage(l))), f);
        }
        u[i] = in.bias().getEntry(j);
        for (int k = 0; k < f.length; k++) {
          u[i] += in.weights().getEntry(j, k) * f[k];
        }
      }
      double h = 1e-3;
      slope[j] = (in.activation().value(u[0] + h) - in.activation().value(u[0] - h)) / (2 * h);
      offset[j] = in.activation().value(u[0]) - slope[j] * u[0];
      for (double v : u) {
        assertThat(in.activation().value(v))
            .isCloseTo(slope[j] * v + offset[j], within(1e-9 * (1 + Math.abs(v) + Math.abs(u[0]))));
      }
    }
    for (int i = 0; i < old.outputs(); i++) {
      for (int k = 0; k < old.inputs(); k++) {
        double sum = 0;
        double size = 1;
        for (int j = 0; j < slope.length; j++) {
          double bridge = in.bridged() && j == k ? 1 : 0;
          double term =
              next.weights().getEntry(i, j) * (slope[j] * in.weights().getEntry(j, k) + bridge);
          sum += term;
          size += Math.abs(term);
        }
        assertThat(sum).isCloseTo(old.weights().getEntry(i, k), within(1e-9 * size));
      }
    }
  }

  @Property(tries = 100)
  void liftsComposeInAnyOrder(@ForAll("cases") LiftCase c) {
    List<Insertion> insertions = new ArrayList<>();
    RandomGenerator random = c.random();
    Perceptron network = c.network();
    for (int k = 0; k < 3; k++) {
      int width = 5 + random.nextInt(2);
      insertions.add(
          Insertion.of(random.nextInt(network.depth() + k), width, c.inserted(), c.box()));
    }
    List<Lift> lifts = Lifting.liftAll(network, insertions, c.samples());
    assertThat(lifts.getLast().deep().depth()).isEqualTo(network.depth() + 3);
    assertThat(Fixtures.change(network, lifts.getLast().deep(), c.samples())).isLessThan(1e-9);
  }

  @Property(tries = 100)
  void membersForSamplesAreMembersForSomeOfThem(@ForAll("cases") LiftCase c) {
    Lift lift = c.member();
    RealMatrix x = c.samples();
    RealMatrix some = x.getSubMatrix(2, 5, 0, x.getColumnDimension() - 1);
    assertThat(membership(lift, some).isMember()).isTrue();
    assertThat(membership(lift, some).margin())
        .isGreaterThanOrEqualTo(membership(lift, x).margin());
  }

  @Example
  void moreSamplesMayLeaveTheSegment() {
    Perceptron shallow = Fixtures.oneTwoOne(Fixtures.ELU, Fixtures.ELU_POINT);
    RealMatrix x = Fixtures.line();
    AffineSegment box = AffineSegments.on(Fixtures.ELU, 0.5, 1.5);
    Lift lift = Lifting.lift(shallow, Insertion.of(0, 1, Fixtures.ELU, box), x);
    RealMatrix more = x.scalarMultiply(2); // reaches −6, where u = (−6 + 6)/6
    Membership membership = membership(lift, more);
    assertThat(membership.isMember()).isFalse();
    assertThat(membership.margin()).isCloseTo(0, within(1e-12));
    assertThat(membership.reason()).contains("inserted neuron 0 leaves every affine segment");
    assertThat(lift.outputChange(x)).isLessThan(1e-13);
  }

  @Example
  void membershipNoticesEveryChange() {
    LiftCase c = new LiftCase(List.of(3, 4, 2), Fixtures.ELU, Activation.RELU, 1, 1, false, 7);
    Lift lift = c.member();
    RealMatrix x = c.samples();
    double[] theta = lift.deep().parameters();
    for (int k = 0; k < theta.length; k++) {
      double[] moved = theta.clone();
      moved[k] += 1e-3;
      Lift other = new Lift(lift.shallow(), lift.deep().withParameters(moved), lift.insertion());
      assertThat(membership(other, x).isMember()).as("parameter %d", k).isFalse();
      assertThat(membership(other, x).reason()).isNotEmpty();
    }
    double[] dead = theta.clone();
    dead[16 + 4 * 3] = -100; // b′ of the first inserted neuron
    Lift other = new Lift(lift.shallow(), lift.deep().withParameters(dead), lift.insertion());
    assertThat(membership(other, x).reason()).contains("neuron 0 leaves every affine segment");
  }

  @Example
  void weightsOfLowRankNeedFewNeurons() {
    RandomGenerator random = Fixtures.random(5);
    Perceptron network = Fixtures.random(List.of(3, 4, 5, 2), Fixtures.ELU, random);
    RealMatrix weights =
        Fixtures.samples(5, 2, random).multiply(Fixtures.samples(2, 4, random)); // rank 2 of 4
    List<Stage> stages = new ArrayList<>(network.stages());
    stages.set(1, stages.get(1).with(weights, stages.get(1).bias()));
    Perceptron low = new Perceptron(stages);
    RealMatrix x = Fixtures.samples(20, 3, random);
    AffineSegment box = AffineSegments.on(Activation.RELU, 0.5, 1.5);
    for (int width = 2; width <= 5; width++) {
      Lift lift = Lifting.lift(low, Insertion.of(1, width, Activation.RELU, box), x);
      assertThat(lift.deep().width(2)).isEqualTo(width);
      assertThat(Fixtures.change(low, lift.deep(), x)).isLessThan(1e-12);
    }
    assertThatThrownBy(() -> Lifting.lift(low, Insertion.of(1, 1, Activation.RELU, box), x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "lift: after layer 1 the new layer must be at least min(4, 5) = 4 wide, or 2, the rank of these weights, but 1 was asked");
    assertThatThrownBy(
            () -> LiftedSet.random(low, Insertion.of(1, 1, Activation.RELU, box), x, random))
        .hasMessageContaining("at least 2 wide");
  }

  @Property(tries = 100)
  void criticalPointsStayCritical(@ForAll("cases") LiftCase c) {
    // The least-squares line is a critical point of the network without hidden layers.
    int inputs = c.widths().getFirst();
    int outputs = c.widths().getLast();
    RealMatrix x = c.samples();
    RealMatrix y = c.targets();
    RealMatrix design = MatrixUtils.createRealMatrix(x.getRowDimension(), inputs + 1);
    design.setSubMatrix(x.getData(), 0, 0);
    design.setColumn(inputs, onesOf(x.getRowDimension()));
    RealMatrix solution = new QRDecomposition(design).getSolver().solve(y).transpose();
    Perceptron line =
        new Perceptron(
            List.of(
                new Stage(
                    solution.getSubMatrix(0, outputs - 1, 0, inputs - 1),
                    solution.getColumnVector(inputs),
                    Activation.IDENTITY,
                    false)));
    LiftCase at =
        new LiftCase(
            List.of(inputs, outputs),
            c.activation(),
            c.inserted(),
            0,
            c.extra(),
            c.bridged(),
            c.seed());
    List<AffineSegment> boxes = java.util.Collections.nCopies(at.width(), at.box());
    Insertion insertion = new Insertion(0, at.inserted(), boxes, at.bridged());
    Lift lift = Lifting.lift(line, insertion, x);
    assertThat(Fixtures.risk(line, x, y)).isGreaterThan(1e-4); // not for want of a residual
    assertThat(Fixtures.norm1(Fixtures.gradient(line, x, y))).isLessThan(1e-12);
    double scale = 1 + lift.deep().stage(2).weights().getFrobeniusNorm();
    assertThat(Fixtures.norm1(Fixtures.gradient(lift.deep(), x, y))).isLessThan(1e-12 * scale);
  }

  private static double[] onesOf(int n) {
    double[] ones = new double[n];
    java.util.Arrays.fill(ones, 1);
    return ones;
  }

  @Example
  void equalSamplesAreLifted() {
    Perceptron network = Fixtures.random(List.of(2, 3, 1), Activation.RELU, Fixtures.random(3));
    RealMatrix x = MatrixUtils.createRealMatrix(new double[][] {{1, -2}});
    AffineSegment box = AffineSegments.on(Activation.RELU, 0.5, 1.5);
    Lift lift = Lifting.lift(network, Insertion.of(1, 1, Activation.RELU, box), x);
    assertThat(Fixtures.change(network, lift.deep(), x)).isLessThan(1e-14);
    assertThat(lift.deep().stage(2).weights()).isEqualTo(network.stage(2).weights()); // ξ = 1
  }

  @Example
  void addedNeuronsSitInsideTheSegment() {
    LiftCase c = new LiftCase(List.of(2, 3, 2), Fixtures.ELU, Activation.RELU, 0, 3, false, 2);
    Stage inserted = c.explicit().deep().stage(1);
    for (int j = 2; j < 5; j++) {
      assertThat(inserted.weights().getRow(j)).containsOnly(0);
      assertThat(inserted.bias().getEntry(j)).isEqualTo(1);
      assertThat(c.explicit().deep().stage(2).weights().getColumn(j)).containsOnly(0);
    }
  }

  @Example
  void refusesWhatCannotBe() {
    Perceptron network = Fixtures.random(List.of(3, 4, 2), Activation.RELU, Fixtures.random(3));
    RealMatrix x = Fixtures.samples(5, 3, Fixtures.random(4));
    AffineSegment box = AffineSegments.on(Activation.RELU, 0.5, 1.5);
    assertThatThrownBy(() -> Lifting.lift(network, Insertion.of(2, 4, Activation.RELU, box), x))
        .hasMessage(
            "lift: the new layer must come after 0, the inputs, to 1, the last hidden layer, but 2 was asked");
    assertThatThrownBy(() -> Lifting.lift(network, Insertion.of(0, 2, Activation.RELU, box), x))
        .hasMessageContaining("at least min(3, 4) = 3 wide, but 2 was asked");
    assertThatThrownBy(() ->
            Lifting.lift(network, new Insertion(0, Activation.RELU, List.of(box, box), true), x))
        .hasMessage("lift: a residual layer after layer 0 must be 3 wide like it, but 2 was asked");
    Perceptron block =
        Lifting.lift(
                network, new Insertion(1, Activation.RELU, List.of(box, box, box, box), true), x)
            .deep();
    assertThatThrownBy(() -> Lifting.lift(block, Insertion.of(1, 4, Activation.RELU, box), x))
        .hasMessageContaining("layer 2 adds the features in front of it");
    assertThatThrownBy(() -> network.features(Fixtures.samples(5, 2, Fixtures.random(1))))
        .hasMessage("network: samples must have 3 columns like the network's inputs but have 2");
  }

  @Example
  void membershipNeedsOneLayerMore() {
    Perceptron network = Fixtures.random(List.of(3, 4, 2), Activation.RELU, Fixtures.random(3));
    Perceptron other = Fixtures.random(List.of(3, 4, 4, 2), Fixtures.ELU, Fixtures.random(4));
    RealMatrix x = Fixtures.samples(5, 3, Fixtures.random(5));
    List<AffineSegment> all = AffineSegments.exact(Activation.RELU);
    assertThat(Membership.test(network, network, 1, all, x, 1e-9).reason())
        .contains("depths are 2 and 2");
    assertThat(Membership.test(network, other, 1, all, x, 1e-9).reason())
        .isEqualTo("layer 1 has another activation");
    assertThat(Membership.test(network, other, 0, all, x, 1e-9).isMember()).isFalse();
  }

  @Example
  void kinksAreFoundWhereSamplesAreOnThem() {
    Perceptron network =
        Fixtures.zeros(List.of(1, 2, 1), Activation.RELU)
            .withParameters(new double[] {1, 2, -0.5, 3.1, 1, 1, 0});
    KinkDistance nearest = KinkDistance.of(network, Fixtures.line()).orElseThrow();
    assertThat(nearest).isEqualTo(new KinkDistance(0, 1, 0, 7)); // 0.5 − 0.5
    assertThat(nearest.isSafe()).isFalse();
    Perceptron smooth = Fixtures.oneTwoOne(Fixtures.TANH, Fixtures.TANH_POINT);
    assertThat(KinkDistance.of(smooth, Fixtures.line())).isEmpty();
  }
}
