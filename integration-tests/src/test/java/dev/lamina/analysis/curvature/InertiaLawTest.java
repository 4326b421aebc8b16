package dev.lamina.analysis.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.embedding.AffineSegment;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.LiftedSet;
import dev.lamina.analysis.embedding.LocalIdentity;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What random members of lifted sets keep: outputs, criticality, inertia, tangent kernels. */
class InertiaLawTest {
  private static Backend backend;

  @BeforeAll
  static void open() {
    backend = Cases.open();
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  /** Neurons that may each take their own segment of the activation. */
  private static Insertion insertion(
      int after, int width, String text, boolean bridged, RandomGenerator random) {
    Activation activation = Activation.parse(text);
    List<AffineSegment> all =
        activation instanceof Activation.Smooth ? List.of() : AffineSegments.exact(activation);
    List<AffineSegment> own = new ArrayList<>();
    for (int j = 0; j < width; j++) {
      own.add(all.get(random.nextInt(all.size())));
    }
    return new Insertion(after, activation, own, bridged);
  }

  /** Position, width, activation of the new layer, whether it is residual; minimum 1-2-1. */
  @ParameterizedTest
  @CsvSource({
    "0,1,elu,false",
    "0,2,relu,false",
    "0,3,leakyRelu(slope=0.1),false",
    "0,1,hardTanh,true",
    "0,4,abs,false",
    "1,1,relu,false",
    "1,2,elu,false",
    "1,2,relu,true",
    "1,3,hardTanh,false",
    "1,2,leakyRelu(slope=0.1),true",
    "1,5,leakyRelu(slope=0.1),false",
    "0,5,elu,false"
  })
  void randomMembersKeepOutputsCriticalityAndInertia(
      int after, int width, String activation, boolean bridged) {
    Risk risk = Cases.eluLine();
    Perceptron minimum = Cases.critical(backend, Cases.eluTeacher(), risk);
    requireLaw(minimum, risk, after, width, activation, bridged);
    requireLaw(
        Cases.critical(backend, saddle(minimum), risk), risk, after, width, activation, bridged);
  }

  /** A critical point with another inertia: the best constant, with one neuron left out. */
  private static Perceptron saddle(Perceptron minimum) {
    double[] theta = minimum.parameters();
    theta[5] = 0;
    theta[1] = 0;
    theta[3] = 0;
    return minimum.withParameters(theta);
  }

  private static void requireLaw(
      Perceptron shallow, Risk risk, int after, int width, String activation, boolean bridged) {
    Inertia before = Inertia.of(Cases.spectrum(backend, shallow, risk));
    for (long seed = 0; seed < 4; seed++) {
      RandomGenerator random = Cases.random(100 + seed);
      Insertion insertion = insertion(after, width, activation, bridged, random);
      Lift lift = LiftedSet.random(shallow, insertion, risk.x(), random);
      assertThat(lift.outputChange(risk.x())).isLessThan(1e-10);
      double[] gradient = Cases.gradient(backend, lift.deep(), risk);
      double size = 1 + MatrixUtils.createRealVector(lift.deep().parameters()).getNorm();
      for (double g : gradient) {
        assertThat(g).isCloseTo(0, within(1e-11 * size));
      }
      Inertia after1 = Inertia.of(Cases.spectrum(backend, lift.deep(), risk));
      if (lift.identity().isFullRank()) {
        assertThat(after1.positive()).isEqualTo(before.positive());
        assertThat(after1.negative()).isEqualTo(before.negative());
        assertThat(after1.zero()).isEqualTo(before.zero() + lift.addedParameters());
      } else {
        assertThat(after1.positive()).isLessThanOrEqualTo(before.positive());
        assertThat(after1.negative()).isLessThanOrEqualTo(before.negative());
      }
    }
  }

  @Test
  void gradientsAreTransportedAtAnyPoint() {
    RandomGenerator random = Cases.random(7);
    for (Loss loss : Loss.values()) {
      Perceptron shallow = Cases.random(List.of(2, 3, 2, 3), Cases.TANH, random);
      RealMatrix x = Cases.samples(7, 2, random);
      Risk risk = new Risk(loss, x, Cases.targets(loss, 7, 3, random));
      for (int after = 0; after < 3; after++) {
        Insertion insertion = insertion(after, 4, "leakyRelu(slope=0.3)", false, random);
        Lift lift = LiftedSet.random(shallow, insertion, x, random);
        double[] want = lift.identity().pull(Cases.gradient(backend, shallow, risk));
        assertThat(Cases.gradient(backend, lift.deep(), risk)).containsExactly(want, within(1e-11));
      }
    }
  }

  /** H′ = Dπᵀ H Dπ + the bilinear form, at any point. */
  @Test
  void hessiansAreTransportedAtAnyPoint() {
    RandomGenerator random = Cases.random(8);
    Perceptron shallow = Cases.random(List.of(2, 3, 2), Cases.TANH, random);
    RealMatrix x = Cases.samples(7, 2, random);
    Risk risk = new Risk(Loss.MSE, x, Cases.targets(Loss.MSE, 7, 2, random));
    for (int after = 0; after < 2; after++) {
      Insertion insertion = insertion(after, 3, "leakyRelu(slope=0.3)", false, random);
      RealMatrix h = Cases.hessian(backend, shallow, risk);
      double[] g = Cases.gradient(backend, shallow, risk);
      Lift lift = LiftedSet.random(shallow, insertion, x, Cases.random(9));
      LocalIdentity identity = lift.identity();
      RealMatrix got = Cases.hessian(backend, lift.deep(), risk);
      for (int k = 0; k < got.getColumnDimension(); k++) {
        double[] unit = new double[got.getColumnDimension()];
        unit[k] = 1;
        double[] carried = identity.pull(h.operate(identity.push(unit)));
        double[] bend = identity.bend(g, unit);
        for (int i = 0; i < carried.length; i++) {
          assertThat(got.getEntry(i, k)).isCloseTo(carried[i] + bend[i], within(1e-10));
        }
      }
    }
  }

  /** The non-zero eigenvalues of H′ are those of H K, that is of √K H √K. */
  @Test
  void theSpectrumIsThatOfHessianTimesK() {
    Risk risk = Cases.eluLine();
    Perceptron minimum = Cases.critical(backend, Cases.eluTeacher(), risk);
    RandomGenerator random = Cases.random(10);
    for (int after = 0; after < 2; after++) {
      Lift lift =
          LiftedSet.random(minimum, insertion(after, 3, "elu", false, random), risk.x(), random);
      RealMatrix root = new EigenDecompositionSymmetric(k(lift.identity(), 7)).getSquareRoot();
      RealMatrix product = root.multiply(Cases.hessian(backend, minimum, risk)).multiply(root);
      double[] want =
          new EigenDecompositionSymmetric(
                  product.add(product.transpose()).scalarMultiply(0.5), 1e-15, false)
              .getEigenvalues();
      double[] got = Cases.spectrum(backend, lift.deep(), risk);
      int zeros = lift.addedParameters();
      for (int i = 0; i < 7; i++) {
        assertThat(got[zeros + i]).isCloseTo(want[i], within(1e-11 * want[6]));
      }
    }
  }

  @Test
  void tangentKernelsAreTransported() {
    RandomGenerator random = Cases.random(11);
    Perceptron shallow = Cases.random(List.of(2, 4, 3), Cases.TANH, random);
    RealMatrix x = Cases.samples(6, 2, random);
    Risk risk = new Risk(Loss.MSE, x, Cases.targets(Loss.MSE, 6, 3, random));
    for (int after = 0; after < 2; after++) {
      Lift lift =
          LiftedSet.random(
              shallow, insertion(after, 4, "leakyRelu(slope=0.2)", false, random), x, random);
      RealMatrix j = jacobian(shallow, risk);
      RealMatrix deep = jacobian(lift.deep(), risk);
      RealMatrix want =
          j.multiply(k(lift.identity(), shallow.parameterCount())).multiplyTransposed(j);
      RealMatrix got = deep.multiplyTransposed(deep);
      assertThat(got.subtract(want).getFrobeniusNorm()).isLessThan(1e-12 * want.getFrobeniusNorm());
    }
  }

  private static RealMatrix jacobian(Perceptron network, Risk risk) {
    try (RiskPoint point = new RiskPoint(backend, network, risk);
        HostMatrix jacobian = point.jacobian()) {
      return MatrixUtils.createRealMatrix(jacobian.toArray());
    }
  }

  private static RealMatrix k(LocalIdentity identity, int size) {
    RealMatrix k = MatrixUtils.createRealMatrix(size, size);
    for (int j = 0; j < size; j++) {
      double[] unit = new double[size];
      unit[j] = 1;
      k.setColumn(j, identity.kernel(unit));
    }
    return k;
  }
}
