package dev.lamina.analysis.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.embedding.AffineSegment;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.LiftedSet;
import dev.lamina.analysis.embedding.LocalIdentity;
import dev.lamina.analysis.embedding.Membership;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * What random members of lifted sets keep, over activations, widths, positions and compositions, at
 * random critical points: outputs, criticality, inertia, spectrum and tangent kernel. All of it is
 * held to hyper-dual numbers, which know nothing of back-propagation.
 */
class RandomMemberTest {
  private static Backend backend;

  @BeforeContainer
  static void open() {
    backend = Cases.open();
  }

  @AfterContainer
  static void close() {
    backend.close();
  }

  /**
   * A network, layers to insert, and a seed of everything random.
   *
   * @param widths of the shallow network
   * @param activation of its hidden layers
   * @param inserted activation of each inserted layer
   * @param extra neurons of each beyond the least number
   * @param seed of parameters, samples, targets and members
   */
  record Case(
      List<Integer> widths,
      Activation activation,
      List<Activation> inserted,
      int extra,
      long seed) {}

  private static final List<Activation> HIDDEN =
      List.of(
          Activation.Smooth.TANH,
          Activation.Smooth.SIN,
          new Activation.Elu(),
          new Activation.PiecewiseLinear(0.1));
  private static final List<Activation> SEGMENTED =
      List.of(
          Activation.RELU,
          new Activation.PiecewiseLinear(0.3),
          Activation.ABS,
          new Activation.Elu(),
          new Activation.HardTanh());

  @Provide
  Arbitrary<Case> cases() {
    return cases(4);
  }

  /** Up to one hidden layer: Hessians by hyper-dual numbers take their time. */
  @Provide
  Arbitrary<Case> small() {
    return cases(3);
  }

  private static Arbitrary<Case> cases(int layers) {
    return Combinators.combine(
            Arbitraries.integers().between(1, 3).list().ofMinSize(2).ofMaxSize(layers),
            Arbitraries.of(HIDDEN),
            Arbitraries.of(SEGMENTED).list().ofMinSize(1).ofMaxSize(2),
            Arbitraries.integers().between(0, 2),
            Arbitraries.longs())
        .as(Case::new);
  }

  /** A critical point and lifts of it. */
  private record Lifted(Perceptron shallow, RealMatrix x, RealMatrix y, List<Lift> lifts) {
    Perceptron deep() {
      return lifts.getLast().deep();
    }

    /** Dπ of all lifts together, times a direction. */
    double[] push(double[] v) {
      double[] moved = v;
      for (Lift lift : lifts.reversed()) {
        moved = lift.identity().push(moved);
      }
      return moved;
    }

    double[] pull(double[] g) {
      double[] moved = g;
      for (Lift lift : lifts) {
        moved = lift.identity().pull(moved);
      }
      return moved;
    }

    RealMatrix k() {
      int size = shallow.parameterCount();
      RealMatrix k = MatrixUtils.createRealMatrix(size, size);
      for (int j = 0; j < size; j++) {
        double[] unit = new double[size];
        unit[j] = 1;
        k.setColumn(j, push(pull(unit)));
      }
      return k.add(k.transpose()).scalarMultiply(0.5);
    }
  }

  /**
   * Any parameters are a critical point of the squared error for targets that differ from the
   * outputs by something orthogonal to the columns of the Jacobian.
   */
  private static Lifted lifted(Case c) {
    RandomGenerator random = Cases.random(c.seed());
    Perceptron shallow = Cases.random(c.widths(), c.activation(), random);
    int outputs = c.widths().getLast();
    int rows = 4 + (shallow.parameterCount() + 4) / outputs;
    RealMatrix x = Cases.samples(rows, c.widths().getFirst(), random);
    RealMatrix j = HyperDual.jacobian(shallow, x);
    RealMatrix u = new SingularValueDecomposition(j).getU();
    RealMatrix left = Cases.samples(rows * outputs, 1, random);
    for (int round = 0; round < 2; round++) {
      left = left.subtract(u.multiply(u.transposeMultiply(left)));
    }
    RealMatrix y = HyperDual.outputs(shallow, x);
    for (int i = 0; i < rows * outputs; i++) {
      y.addToEntry(i / outputs, i % outputs, left.getEntry(i, 0));
    }
    return new Lifted(shallow, x, y, members(c, shallow, x, random));
  }

  private static List<Lift> members(
      Case c, Perceptron shallow, RealMatrix x, RandomGenerator random) {
    List<Lift> lifts = new ArrayList<>();
    Perceptron now = shallow;
    for (Activation inserted : c.inserted()) {
      int after = random.nextInt(now.depth());
      int width = Math.min(now.width(after), now.width(after + 1)) + c.extra();
      List<AffineSegment> segments = AffineSegments.exact(inserted);
      List<AffineSegment> own =
          random.ints(width, 0, segments.size()).mapToObj(segments::get).toList();
      lifts.add(LiftedSet.random(now, new Insertion(after, inserted, own, false), x, random));
      now = lifts.getLast().deep();
    }
    return lifts;
  }

  private static double size(RealMatrix m) {
    return 1 + m.getFrobeniusNorm();
  }

  private static double weight(Perceptron network) {
    return 1 + MatrixUtils.createRealVector(network.parameters()).getNorm();
  }

  @Property(tries = 40)
  void outputsAndCriticalityAreKept(@ForAll("cases") Case c) {
    Lifted all = lifted(c);
    RealMatrix before = HyperDual.outputs(all.shallow(), all.x());
    RealMatrix after = HyperDual.outputs(all.deep(), all.x());
    double scale = weight(all.deep());
    assertThat(after.subtract(before).getNorm1() / size(before)).isLessThan(1e-10 * scale / 10);
    for (double g : HyperDual.gradient(all.shallow(), all.x(), all.y())) {
      assertThat(g).isCloseTo(0, within(1e-12));
    }
    double[] want = HyperDual.gradient(all.deep(), all.x(), all.y());
    double[] got = Cases.gradient(backend, all.deep(), risk(all));
    for (int k = 0; k < want.length; k++) {
      assertThat(want[k]).isCloseTo(0, within(1e-12 * scale * scale));
      assertThat(got[k]).isCloseTo(want[k], within(1e-12 * scale * scale));
    }
  }

  private static Risk risk(Lifted all) {
    return new Risk(Loss.MSE, all.x(), all.y());
  }

  /** Members are members, and no longer once any parameter of the two layers has moved. */
  @Property(tries = 80)
  void membershipHoldsForMembersOnly(@ForAll("cases") Case c) {
    Lifted all = lifted(c);
    RandomGenerator random = Cases.random(c.seed() + 1);
    for (Lift lift : all.lifts()) {
      assertThat(membership(lift, lift.deep(), all.x()).reason()).isEmpty();
      assertThat(membership(lift, lift.deep(), all.x()).margin()).isPositive();
      double[] theta = lift.deep().parameters();
      double[] moved = theta.clone();
      int k = random.nextInt(theta.length);
      moved[k] += 1e-3 * (1 + Math.abs(theta[k]));
      Perceptron other = lift.deep().withParameters(moved);
      assertThat(membership(lift, other, all.x()).isMember()).as("parameter %d", k).isFalse();
    }
  }

  private static Membership membership(Lift lift, Perceptron deep, RealMatrix x) {
    Insertion insertion = lift.insertion();
    List<AffineSegment> segments = AffineSegments.exact(insertion.activation());
    return Membership.test(lift.shallow(), deep, insertion.after(), segments, x, 1e-10);
  }

  /** n₊ and n₋ stay, n₀ grows by dM, and the spectrum is that of H K. */
  @Property(tries = 25)
  void inertiaAndSpectrumFollowTheLaw(@ForAll("small") Case c) {
    Lifted all = lifted(c);
    int added = 0;
    for (Lift lift : all.lifts()) {
      LocalIdentity identity = lift.identity();
      assertThat(identity.isFullRank()).isTrue();
      assertThat(identity.kernelDimension()).isEqualTo(lift.addedParameters());
      added += lift.addedParameters();
    }
    RealMatrix h = HyperDual.hessian(all.shallow(), all.x(), all.y());
    RealMatrix root = new EigenDecompositionSymmetric(all.k()).getSquareRoot();
    double[] shallow = eigenvalues(h);
    double[] carried = eigenvalues(root.multiply(h).multiply(root));
    double[] deep = eigenvalues(HyperDual.hessian(all.deep(), all.x(), all.y()));
    assertThat(deep).hasSize(shallow.length + added);

    double[] want = Arrays.copyOf(carried, deep.length); // and dM zeros
    Arrays.sort(want);
    double largest = Math.max(Math.abs(want[0]), Math.abs(want[want.length - 1]));
    double rounding = 1e-12 * weight(all.deep()) * Math.max(1, largest);
    assertThat(deep).containsExactly(want, within(rounding));
    assertThat(Cases.spectrum(backend, all.deep(), risk(all)))
        .containsExactly(deep, within(rounding));

    double largestOfShallow = Arrays.stream(shallow).map(Math::abs).max().orElseThrow();
    Assume.that(rounding < 5e-10 * largest);
    Assume.that(
        Cases.isClear(shallow, 1e-9 * largestOfShallow, eigenvalues(all.k()), 1e-9 * largest));
    assertThat(Inertia.of(scaled(deep)).positive()).isEqualTo(count(shallow, 1));
    assertThat(Inertia.of(scaled(deep)).negative()).isEqualTo(count(shallow, -1));
    assertThat(Inertia.of(scaled(deep)).zero())
        .isEqualTo(shallow.length - count(shallow, 1) - count(shallow, -1) + added);
  }

  private static double[] scaled(double[] values) {
    double largest = Arrays.stream(values).map(Math::abs).max().orElseThrow();
    return Arrays.stream(values).map(v -> v / largest).toArray();
  }

  private static int count(double[] values, int sign) {
    return (int) Arrays.stream(scaled(values)).filter(v -> sign * v > 1e-9).count();
  }

  private static double[] eigenvalues(RealMatrix m) {
    RealMatrix symmetric = m.add(m.transpose()).scalarMultiply(0.5);
    double[] values = new EigenDecompositionSymmetric(symmetric, 1e-15, false).getEigenvalues();
    Arrays.sort(values);
    return values;
  }

  /** J′ J′ᵀ = J K Jᵀ. */
  @Property(tries = 50)
  void tangentKernelsAreTransported(@ForAll("cases") Case c) {
    Lifted all = lifted(c);
    RealMatrix j = HyperDual.jacobian(all.shallow(), all.x());
    RealMatrix deep = HyperDual.jacobian(all.deep(), all.x());
    RealMatrix want = j.multiply(all.k()).multiplyTransposed(j);
    RealMatrix got = deep.multiplyTransposed(deep);
    assertThat(got.subtract(want).getFrobeniusNorm())
        .isLessThan(1e-12 * weight(all.deep()) * size(want));
  }
}
