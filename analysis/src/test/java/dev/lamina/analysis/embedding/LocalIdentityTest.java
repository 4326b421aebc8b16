package dev.lamina.analysis.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

class LocalIdentityTest {
  @Provide
  Arbitrary<LiftCase> cases() {
    return LiftCase.all();
  }

  private static double[] direction(int size, RandomGenerator random) {
    return random.doubles(size).map(v -> 2 * v - 1).toArray();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  private static double size(double[] a) {
    return Math.sqrt(dot(a, a));
  }

  private static void requireClose(double[] got, double[] want, double tolerance) {
    assertThat(got).hasSameSizeAs(want);
    double scale = 1 + size(want);
    for (int k = 0; k < want.length; k++) {
      assertThat(got[k]).isCloseTo(want[k], within(tolerance * scale));
    }
  }

  /** Moves by t along a direction. */
  private static Perceptron moved(Perceptron p, double[] direction, double t) {
    double[] theta = p.parameters();
    for (int k = 0; k < theta.length; k++) {
      theta[k] += t * direction[k];
    }
    return p.withParameters(theta);
  }

  @Property(tries = 200)
  void liftedPointsProjectToWhatWasLifted(@ForAll("cases") LiftCase c) {
    Lift lift = c.member();
    requireClose(
        lift.identity().project().parameters(),
        lift.shallow().parameters(),
        1e-11 * (1 + size(lift.deep().parameters())));
  }

  /** The gradient at a lifted point, by back-propagation through the deep network. */
  @Property(tries = 200)
  void gradientsAreTransportedByTheTranspose(@ForAll("cases") LiftCase c) {
    Lift lift = c.member();
    double[] shallow = Fixtures.gradient(lift.shallow(), c.samples(), c.targets());
    double[] deep = Fixtures.gradient(lift.deep(), c.samples(), c.targets());
    requireClose(lift.identity().pull(shallow), deep, 1e-9);
  }

  /** A third route, which knows no derivative at all: differences of the risk. */
  @Property(tries = 50)
  void gradientsAreDifferencesOfTheRisk(@ForAll("cases") LiftCase c) {
    Lift lift = c.explicit();
    double[] shallow = Fixtures.gradient(lift.shallow(), c.samples(), c.targets());
    double[] pulled = lift.identity().pull(shallow);
    double[] v = direction(pulled.length, c.random());
    double t = 1e-5 / (1 + size(lift.deep().parameters()));
    double above = Fixtures.risk(moved(lift.deep(), v, t), c.samples(), c.targets());
    double below = Fixtures.risk(moved(lift.deep(), v, -t), c.samples(), c.targets());
    assertThat((above - below) / (2 * t))
        .isCloseTo(dot(pulled, v), within(1e-4 * (1 + size(pulled))));
  }

  /** Off the lifted set too, as long as the neurons stay in their segments. */
  @Property(tries = 100)
  void theRiskIsThatOfTheProjectionNearby(@ForAll("cases") LiftCase c) {
    Lift lift = c.member();
    double[] v = direction(lift.deep().parameterCount(), c.random());
    Perceptron near = moved(lift.deep(), v, 1e-3);
    Lift there = new Lift(lift.shallow(), near, lift.insertion());
    if (there.margin(c.samples()) > 0) {
      Perceptron projected = there.identity().project();
      double risk = Fixtures.risk(projected, c.samples(), c.targets());
      assertThat(Fixtures.risk(near, c.samples(), c.targets()))
          .isCloseTo(risk, within(1e-9 * (1 + risk)));
      double[] gradient = Fixtures.gradient(projected, c.samples(), c.targets());
      requireClose(
          there.identity().pull(gradient), Fixtures.gradient(near, c.samples(), c.targets()), 1e-8);
    }
  }

  @Property(tries = 200)
  void derivativesOfTheMapAreItsDifferences(@ForAll("cases") LiftCase c) {
    Lift lift = c.member();
    RandomGenerator random = c.random();
    LocalIdentity identity = lift.identity();
    double[] v = direction(lift.deep().parameterCount(), random);
    double[] g = direction(lift.shallow().parameterCount(), random);
    // π is quadratic, so that central differences are exact but for rounding.
    LocalIdentity above = LocalIdentity.of(moved(lift.deep(), v, 0.5), lift.insertion());
    LocalIdentity below = LocalIdentity.of(moved(lift.deep(), v, -0.5), lift.insertion());
    requireClose(
        identity.push(v),
        difference(above.project().parameters(), below.project().parameters()),
        1e-12);
    requireClose(identity.bend(g, v), difference(above.pull(g), below.pull(g)), 1e-12);
    assertThat(dot(identity.pull(g), v))
        .isCloseTo(
            dot(g, identity.push(v)), within(1e-11 * (1 + size(identity.pull(g)) * size(v))));
    requireClose(identity.kernel(g), identity.push(identity.pull(g)), 1e-15);
  }

  private static double[] difference(double[] a, double[] b) {
    double[] d = a.clone();
    for (int k = 0; k < d.length; k++) {
      d[k] -= b[k];
    }
    return d;
  }

  /** K by its formula, as Kronecker products, against the product that never forms it. */
  @Property(tries = 100)
  void theKernelIsASumOfKroneckerProducts(@ForAll("cases") LiftCase c) {
    Lift lift = c.member();
    int q = lift.insertion().after();
    Stage in = lift.deep().stage(q + 1);
    RealMatrix v = lift.deep().stage(q + 2).weights();
    int inputs = in.inputs();
    int rows = v.getRowDimension();
    RealMatrix at = MatrixUtils.createRealMatrix(in.outputs(), inputs + 1);
    RealMatrix left = MatrixUtils.createRealMatrix(rows, rows);
    for (int j = 0; j < in.outputs(); j++) {
      AffineSegment s = lift.insertion().segments().get(j);
      for (int k = 0; k < inputs; k++) {
        double bridge = in.bridged() && j == k ? 1 : 0;
        at.setEntry(j, k, s.slope() * in.weights().getEntry(j, k) + bridge);
      }
      at.setEntry(j, inputs, s.line(in.bias().getEntry(j)));
      for (int a = 0; a < rows; a++) {
        for (int b = 0; b < rows; b++) {
          left.addToEntry(a, b, s.slope() * s.slope() * v.getEntry(a, j) * v.getEntry(b, j));
        }
      }
    }
    RealMatrix right = at.transposeMultiply(at);
    right.addToEntry(inputs, inputs, 1);
    double[] x = direction(lift.shallow().parameterCount(), c.random());
    double[] want = x.clone();
    int start = lift.shallow().stages().subList(0, q).stream().mapToInt(Stage::parameters).sum();
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k <= inputs; k++) {
        double sum = 0;
        for (int m = 0; m < rows; m++) {
          sum += left.getEntry(i, m) * x[index(start, rows, inputs, m, k)];
        }
        for (int m = 0; m <= inputs; m++) {
          sum += right.getEntry(k, m) * x[index(start, rows, inputs, i, m)];
        }
        want[index(start, rows, inputs, i, k)] = sum;
      }
    }
    // The bridge is no part of dA: a residual layer has the same first term.
    requireClose(lift.identity().kernel(x), want, 1e-12);
  }

  /** Where [W | b] has entry (i, k): weights come by rows, then the biases. */
  private static int index(int start, int rows, int inputs, int i, int k) {
    return start + (k < inputs ? i * inputs + k : rows * inputs + i);
  }

  /** J′J′ᵀ of the lifted network is J K Jᵀ. */
  @Property(tries = 50)
  void tangentKernelsAreTransported(@ForAll("cases") LiftCase c) {
    Lift lift = c.member();
    RealMatrix x = c.samples();
    double[][] shallow = jacobian(lift.shallow(), x);
    double[][] deep = jacobian(lift.deep(), x);
    for (int i = 0; i < shallow.length; i++) {
      double[] transported = lift.identity().kernel(shallow[i]);
      for (int j = 0; j < shallow.length; j++) {
        double want = dot(deep[i], deep[j]);
        assertThat(dot(transported, shallow[j]))
            .isCloseTo(want, within(1e-9 * (1 + size(deep[i]) * size(deep[j]))));
      }
    }
  }

  /** Gradients of all outputs: those of a risk whose error is a unit vector. */
  private static double[][] jacobian(Perceptron p, RealMatrix x) {
    int outputs = p.width(p.depth());
    double[][] rows = new double[x.getRowDimension() * outputs][];
    for (int i = 0; i < x.getRowDimension(); i++) {
      RealMatrix one = x.getRowMatrix(i);
      for (int k = 0; k < outputs; k++) {
        double[] y = Fixtures.output(p, x.getRow(i));
        y[k] -= 0.5;
        rows[i * outputs + k] = Fixtures.gradient(p, one, MatrixUtils.createRowRealMatrix(y));
      }
    }
    return rows;
  }

  @Property(tries = 100)
  void dimensionsAreThoseOfTheKernel(@ForAll("cases") LiftCase c) {
    requireDimensions(c.member());
    requireDimensions(c.explicit());
  }

  private static void requireDimensions(Lift lift) {
    LocalIdentity identity = lift.identity();
    int columns = lift.deep().parameterCount();
    RealMatrix jacobian = MatrixUtils.createRealMatrix(lift.shallow().parameterCount(), columns);
    for (int k = 0; k < columns; k++) {
      double[] unit = new double[columns];
      unit[k] = 1;
      jacobian.setColumn(k, identity.push(unit));
    }
    double[] values = new SingularValueDecomposition(jacobian).getSingularValues();
    int rank = (int) java.util.Arrays.stream(values).filter(s -> s > 1e-10 * values[0]).count();
    assertThat(identity.kernelDimension()).isEqualTo(columns - rank);
    assertThat(identity.isFullRank()).isEqualTo(rank == jacobian.getRowDimension());
    assertThat(identity.addedParameters()).isEqualTo(lift.addedParameters());
    if (identity.isFullRank()) {
      int in = lift.deep().width(lift.insertion().after());
      int out = lift.deep().width(lift.insertion().after() + 2);
      int width = lift.insertion().width();
      assertThat(identity.kernelDimension()).isEqualTo(width * (in + out + 1) - in * out);
    }
  }

  /** W = 0 with V = 0 and W′ = 0: the map has lost rank, and the kernel is larger than dM. */
  @Example
  void zeroWeightsLiftToARankDeficientPoint() {
    Perceptron shallow = Fixtures.zeros(List.of(3, 2), Activation.IDENTITY);
    Perceptron deep = Fixtures.zeros(List.of(3, 2, 2), Activation.RELU);
    double[] theta = new double[deep.parameterCount()];
    theta[6] = 1; // b′
    theta[7] = 1;
    AffineSegment right = AffineSegments.exact(Activation.RELU).getFirst();
    Lift lift =
        new Lift(shallow, deep.withParameters(theta), Insertion.of(0, 2, Activation.RELU, right));
    requireDimensions(lift);
    assertThat(lift.identity().isFullRank()).isFalse();
    // The biases of W = 0 still move, 2 of the 8 shallow directions.
    assertThat(lift.identity().kernelDimension()).isEqualTo(14 - 2);
  }
}
