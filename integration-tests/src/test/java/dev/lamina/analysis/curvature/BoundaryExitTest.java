package dev.lamina.analysis.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.embedding.AffineSegment;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.BoundaryExit;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.LiftedSet;
import dev.lamina.analysis.embedding.Lifting;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import java.util.List;
import java.util.random.RandomGenerator;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Predicted changes of the risk beyond the edge of a lifted set, against the risk itself. */
class BoundaryExitTest {
  private static Backend backend;

  @BeforeAll
  static void open() {
    backend = Cases.open();
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  private static Lift member(
      Perceptron shallow, RealMatrix x, int after, int width, Activation inserted, long seed) {
    RandomGenerator random = Cases.random(seed);
    List<AffineSegment> all = AffineSegments.exact(inserted);
    List<AffineSegment> own = random.ints(width, 0, all.size()).mapToObj(all::get).toList();
    return LiftedSet.random(shallow, new Insertion(after, inserted, own, false), x, random);
  }

  /** The mean loss, neuron by neuron. */
  private static double risk(Perceptron network, Risk risk) {
    double sum = 0;
    for (int i = 0; i < risk.samples(); i++) {
      double[] a = risk.x().getRow(i);
      for (Stage stage : network.stages()) {
        double[] next = new double[stage.outputs()];
        for (int j = 0; j < next.length; j++) {
          double u = stage.bias().getEntry(j);
          for (int k = 0; k < a.length; k++) {
            u += stage.weights().getEntry(j, k) * a[k];
          }
          next[j] = phi(stage.activation(), u);
        }
        a = next;
      }
      for (int k = 0; k < a.length; k++) {
        sum += Math.pow(a[k] - risk.y().getEntry(i, k), 2);
      }
    }
    return sum / risk.samples();
  }

  private static double phi(Activation activation, double u) {
    return switch (activation) {
      case Activation.PiecewiseLinear p -> u > 0 ? u : p.slope() * u;
      case Activation.Elu _ -> u > 0 ? u : Math.expm1(u);
      case Activation.HardTanh _ -> Math.max(-1, Math.min(1, u));
      default -> activation.value(u);
    };
  }

  private static RealMatrix errors(Perceptron shallow, Risk risk, int layer) {
    try (RiskPoint point = new RiskPoint(backend, shallow, risk)) {
      return point.errors(layer);
    }
  }

  /** Of every activation with an end, at every place: the whole way, and the first step beyond. */
  @ParameterizedTest
  @CsvSource({
    "relu,0",
    "relu,1",
    "relu,2",
    "leakyRelu(slope=0.1),0",
    "leakyRelu(slope=0.1),1",
    "leakyRelu(slope=0.1),2",
    "abs,1",
    "hardTanh,0",
    "hardTanh,2",
    "elu,0",
    "elu,1",
    "elu,2"
  })
  void theRiskChangesAsPredicted(String text, int after) {
    Activation inserted = Activation.parse(text);
    RandomGenerator random = Cases.random(31);
    Perceptron shallow = Cases.random(List.of(2, 3, 3, 2), Cases.TANH, random);
    RealMatrix x = Cases.samples(9, 2, random);
    Risk risk = new Risk(Loss.MSE, x, Cases.targets(Loss.MSE, 9, 2, random));
    RealMatrix errors = errors(shallow, risk, after + 1);
    double at = risk(shallow, risk);
    int descending = 0;
    for (long seed = 0; seed < 3; seed++) {
      Lift lift = member(shallow, x, after, 4, inserted, 100 + seed);
      List<BoundaryExit> exits = BoundaryExit.of(lift, errors, x);
      assertThat(exits).hasSize(inserted instanceof Activation.HardTanh ? 8 : 4);
      for (BoundaryExit exit : exits) {
        requireFlat(exit, lift, risk, at);
        requireEdge(exit, lift, x);
        double t = Math.min(1, exit.gap()) * (exit.order() == 1 ? 1e-6 : 1e-4);
        double change = risk(exit.beyond(lift, t), risk) - at;
        double rounding = 1e-13 * (1 + at) * lift.deep().parameterCount();
        assertThat(change)
            .as("%s, t = %s", exit, t)
            .isCloseTo(exit.change(t), within(2e-3 * Math.abs(exit.change(t)) + rounding));
        assertThat(exit.change(t))
            .isCloseTo(
                exit.coefficient() * Math.pow(t, exit.order()),
                within(1e-12 * Math.abs(exit.change(t))));
        descending += exit.coefficient() < 0 ? 1 : 0;
      }
    }
    assertThat(descending).as("ways down").isPositive();
  }

  private static void requireFlat(BoundaryExit exit, Lift lift, Risk risk, double at) {
    for (double share : new double[] {-1, -0.5, -1e-6}) {
      Perceptron there = exit.beyond(lift, share * exit.room());
      assertThat(risk(there, risk)).isCloseTo(at, within(1e-10 * (1 + at)));
    }
  }

  /** At t = 0 the samples are on the kink, and no other is beyond it. */
  private static void requireEdge(BoundaryExit exit, Lift lift, RealMatrix x) {
    double end =
        lift.insertion().activation() instanceof Activation.HardTanh ? (exit.upper() ? 1 : -1) : 0;
    double[] u =
        exit.beyond(lift, 0)
            .features(x)
            .preActivation(lift.insertion().after() + 1)
            .getColumn(exit.neuron());
    double nearest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < u.length; i++) {
      double inside = exit.upper() ? end - u[i] : u[i] - end;
      if (exit.samples().subList(0, exit.tied()).contains(i)) {
        assertThat(inside).isCloseTo(0, within(1e-12 * (1 + exit.room())));
      } else {
        nearest = Math.min(nearest, inside);
      }
    }
    assertThat(nearest).isCloseTo(exit.gap(), within(1e-11 * (1 + exit.room())));
  }

  /** Equal samples get to the end together, and all pull. */
  @Test
  void tiedSamplesAddUp() {
    Perceptron shallow = Cases.random(List.of(1, 2, 1), Cases.TANH, Cases.random(5));
    RealMatrix x = MatrixUtils.createColumnRealMatrix(new double[] {-1, -1, 0.5, 1, 1, 1});
    RealMatrix y = MatrixUtils.createColumnRealMatrix(new double[] {2, -1, 0.3, 1, 0, 4});
    Risk risk = new Risk(Loss.MSE, x, y);
    double at = risk(shallow, risk);
    Lift lift = member(shallow, x, 0, 2, Activation.RELU, 3);
    for (BoundaryExit exit : BoundaryExit.of(lift, errors(shallow, risk, 1), x)) {
      assertThat(exit.samples().subList(0, exit.tied())).isIn(List.of(0, 1), List.of(3, 4, 5));
      double change = risk(exit.beyond(lift, 1e-6), risk) - at;
      assertThat(change).isCloseTo(exit.change(1e-6), within(1e-3 * Math.abs(exit.change(1e-6))));
    }
  }

  /** Where many samples are beyond the end, each adds its share; large errors hide the squares. */
  @Test
  void samplesThatFollowAddUp() {
    Perceptron shallow = Cases.random(List.of(1, 2, 1), Cases.TANH, Cases.random(5));
    RandomGenerator random = Cases.random(6);
    RealMatrix x = Cases.samples(40, 1, random);
    Risk risk = new Risk(Loss.MSE, x, x.scalarMultiply(1000));
    double at = risk(shallow, risk);
    Lift lift = member(shallow, x, 1, 2, Activation.RELU, 3);
    for (BoundaryExit exit : BoundaryExit.of(lift, errors(shallow, risk, 2), x)) {
      double t = exit.gaps().get(20) + 1e-3;
      double change = risk(exit.beyond(lift, t), risk) - at;
      assertThat(change).isCloseTo(exit.change(t), within(0.02 * Math.abs(change)));
      assertThat(change).isNotCloseTo(exit.coefficient() * t, within(0.2 * Math.abs(change)));
    }
  }

  /** No sample is extreme alone where the neuron is constant: the errors cancel at a minimum. */
  @Test
  void aConstantNeuronIsNoWayOut() {
    Risk risk = Cases.eluLine();
    Perceptron minimum = Cases.critical(backend, Cases.eluTeacher(), risk);
    Insertion insertion =
        Insertion.of(1, 2, Activation.RELU, AffineSegments.on(Activation.RELU, 0.5, 1.5));
    Lift lift = Lifting.lift(minimum, insertion, risk.x());
    List<BoundaryExit> exits = BoundaryExit.of(lift, errors(minimum, risk, 2), risk.x());
    assertThat(exits.get(0).tied()).isEqualTo(1);
    assertThat(exits.get(1).tied()).isEqualTo(risk.samples());
    assertThat(exits.get(1).gap()).isInfinite();
    assertThat(exits.get(1).coefficient()).isCloseTo(0, within(1e-12));
  }
}
