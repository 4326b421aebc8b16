package dev.lamina.analysis.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

class WidthEmbeddingTest {
  private static final List<Activation> ACTIVATIONS =
      List.of(
          Activation.RELU, Activation.Smooth.TANH, Activation.Smooth.GELU, new Activation.Elu());

  private static Perceptron network(RandomGenerator random) {
    int depth = 2 + random.nextInt(3);
    List<Integer> widths = new ArrayList<>();
    for (int l = 0; l <= depth; l++) {
      widths.add(1 + random.nextInt(4));
    }
    return Fixtures.random(widths, ACTIVATIONS.get(random.nextInt(4)), random);
  }

  /** Copies every neuron once to three times, in any order, and adds null neurons. */
  private static IndexMap map(int neurons, int nulls, RandomGenerator random) {
    List<Integer> origins = new ArrayList<>();
    for (int k = 1; k <= neurons; k++) {
      for (int copies = 1 + random.nextInt(3); copies > 0; copies--) {
        origins.add(random.nextInt(origins.size() + 1), k);
      }
    }
    List<Double> shares = new ArrayList<>();
    double[] left = new double[neurons + 1];
    java.util.Arrays.fill(left, 1);
    for (int s = 0; s < origins.size(); s++) {
      int k = origins.get(s);
      boolean last = !origins.subList(s + 1, origins.size()).contains(k);
      double share = last ? left[k] : 2 * random.nextDouble() - 0.5;
      left[k] -= share;
      shares.add(share);
    }
    for (int n = 0; n < nulls; n++) {
      origins.add(0);
      shares.add(random.nextGaussian());
    }
    return new IndexMap(origins, shares);
  }

  private static List<IndexMap> maps(Perceptron network, int nulls, RandomGenerator random) {
    List<IndexMap> maps = new ArrayList<>();
    for (int l = 1; l < network.depth(); l++) {
      maps.add(map(network.width(l), nulls, random));
    }
    return maps;
  }

  @Property(tries = 200)
  void embeddingsKeepTheFunction(@ForAll long seed, @ForAll @IntRange(max = 2) int nulls) {
    RandomGenerator random = Fixtures.random(seed);
    Perceptron network = network(random);
    List<IndexMap> maps = maps(network, nulls, random);
    Perceptron wide = WidthEmbedding.embed(network, maps, 0.7, random);
    assertThat(wide.width(1)).isEqualTo(maps.getFirst().width());
    RealMatrix anywhere = Fixtures.samples(20, network.width(0), random).scalarMultiply(10);
    assertThat(Fixtures.change(network, wide, anywhere)).isLessThan(1e-11);
  }

  /** Errors are shared: the gradient of a copy's row is its share of the original's. */
  @Property(tries = 200)
  void embeddingsShareTheErrors(@ForAll long seed, @ForAll @IntRange(max = 2) int nulls) {
    RandomGenerator random = Fixtures.random(seed);
    Perceptron network = network(random);
    List<IndexMap> maps = maps(network, nulls, random);
    Perceptron wide = WidthEmbedding.embed(network, maps, 0.7, random);
    RealMatrix x = Fixtures.samples(7, network.width(0), random);
    RealMatrix y = Fixtures.samples(7, network.width(network.depth()), random);
    Perceptron narrow = network.withParameters(Fixtures.gradient(network, x, y));
    Perceptron gradient = wide.withParameters(Fixtures.gradient(wide, x, y));
    for (int l = 1; l < network.depth(); l++) {
      for (int s = 0; s < maps.get(l - 1).width(); s++) {
        int k = maps.get(l - 1).origins().get(s);
        double want =
            k == 0 ? 0 : maps.get(l - 1).shares().get(s) * narrow.stage(l).bias().getEntry(k - 1);
        assertThat(gradient.stage(l).bias().getEntry(s)).isCloseTo(want, within(1e-10));
      }
    }
  }

  @Property(tries = 30)
  void criticalPointsStayCritical(@ForAll long seed) {
    RandomGenerator random = Fixtures.random(seed);
    RealMatrix x = Fixtures.line();
    RealMatrix y = MatrixUtils.createRealMatrix(13, 1);
    for (int i = 0; i < 13; i++) {
      double u = x.getEntry(i, 0);
      double teacher = 1.2 * Math.tanh(1.1 * u + 0.4) - 0.8 * Math.tanh(-0.5 * u + 0.9) + 0.1;
      y.setEntry(i, 0, teacher + 0.1 * Math.sin(5 * u));
    }
    Perceptron point =
        Fixtures.polished(Fixtures.oneTwoOne(Fixtures.TANH, Fixtures.TANH_POINT), x, y);
    // A lift makes it deep, so that two widened layers meet.
    AffineSegment box = AffineSegments.on(Activation.RELU, 0.5, 1.5);
    Perceptron deep = Lifting.lift(point, Insertion.of(1, 2, Activation.RELU, box), x).deep();
    Perceptron wide = WidthEmbedding.embed(deep, maps(deep, 1, random), 0.5, random);
    assertThat(Fixtures.norm1(Fixtures.gradient(wide, x, y))).isLessThan(1e-11);
    Perceptron split = WidthEmbedding.split(deep, 1, 1, 3 * random.nextGaussian());
    assertThat(Fixtures.norm1(Fixtures.gradient(split, x, y))).isLessThan(1e-11);
    Perceptron padded = WidthEmbedding.addNull(deep, 1, random.nextGaussian());
    assertThat(Fixtures.norm1(Fixtures.gradient(padded, x, y))).isLessThan(1e-11);
  }

  @Example
  void oneStepsAreSpecialCases() {
    Perceptron network = Fixtures.random(List.of(2, 3, 2, 1), Fixtures.TANH, Fixtures.random(8));
    IndexMap split = new IndexMap(List.of(1, 2, 3, 2), List.of(1.0, -1.0, 1.0, 2.0));
    IndexMap padded = new IndexMap(List.of(1, 2, 0), List.of(1.0, 1.0, 0.3));
    RandomGenerator random = Fixtures.random(1);
    assertThat(WidthEmbedding.embed(network, List.of(split, IndexMap.identity(2)), 0, random))
        .isEqualTo(WidthEmbedding.split(network, 1, 1, 2));
    assertThat(WidthEmbedding.embed(network, List.of(IndexMap.identity(3), padded), 0, random))
        .isEqualTo(WidthEmbedding.addNull(network, 2, 0.3));
    assertThat(
            WidthEmbedding.split(network, 1, 0, 0).stage(2).weights().getColumnVector(3).getNorm())
        .isZero();
  }

  /** With given shares the embeddings fill a plane of Σ K_l K_{l−1} dimensions. */
  @Example
  void degreesOfFreedomAreCounted() {
    RandomGenerator random = Fixtures.random(4);
    Perceptron network = Fixtures.random(List.of(2, 2, 3, 2, 1), Fixtures.TANH, random);
    List<IndexMap> maps =
        List.of(
            new IndexMap(List.of(1, 1, 2, 2), List.of(0.3, 0.7, 2.0, -1.0)),
            new IndexMap(List.of(1, 2, 2, 2, 3, 3), List.of(1.0, 0.2, 0.2, 0.6, 0.5, 0.5)),
            new IndexMap(List.of(2, 1, 1), List.of(1.0, 0.4, 0.6)));
    double[] first = WidthEmbedding.embed(network, maps, 1, random).parameters();
    RealMatrix differences = MatrixUtils.createRealMatrix(30, first.length);
    for (int i = 0; i < 30; i++) {
      double[] other = WidthEmbedding.embed(network, maps, 1, random).parameters();
      for (int k = 0; k < first.length; k++) {
        differences.setEntry(i, k, other[k] - first[k]);
      }
    }
    double[] values = new SingularValueDecomposition(differences).getSingularValues();
    long rank = java.util.Arrays.stream(values).filter(s -> s > 1e-10).count();
    assertThat(rank).isEqualTo(2 * 3 + 3 * 1);
    assertThat(WidthEmbedding.degreesOfFreedom(network, maps)).isEqualTo(2 + 3 + 1 + 9);
  }

  @Example
  void refusesWhatCannotBe() {
    Perceptron network = Fixtures.random(List.of(2, 3, 1), Fixtures.TANH, Fixtures.random(8));
    assertThatThrownBy(() -> WidthEmbedding.split(network, 2, 0, 0.5))
        .hasMessage("split: hidden layers are 1 to 1 but 2 was asked");
    assertThatThrownBy(() -> WidthEmbedding.split(network, 1, 3, 0.5))
        .hasMessage("split: layer 1 has neurons 0 to 2 but 3 was asked");
    assertThatThrownBy(() -> WidthEmbedding.split(network, 1, 0, Double.NaN))
        .hasMessage("split: alpha must be finite but is NaN");
    assertThatThrownBy(() -> new IndexMap(List.of(1, 2, 2), List.of(1.0, 0.5, 0.6)))
        .hasMessageContaining("neuron 2 must add to 1 but add to 1.1");
    assertThatThrownBy(() -> new IndexMap(List.of(1, 3), List.of(1.0, 1.0)))
        .hasMessageContaining("neuron 2 must add to 1 but add to 0");
    assertThatThrownBy(() ->
            WidthEmbedding.embed(network, List.of(IndexMap.identity(2)), 0, Fixtures.random(1)))
        .hasMessage(
            "width: the index map of layer 1 must have copies of its 3 neurons but has of 2");
    Perceptron flat = Fixtures.zeros(List.of(2, 1), Fixtures.TANH);
    assertThatThrownBy(() -> WidthEmbedding.addNull(flat, 1, 0))
        .hasMessage("split: the network has no hidden layer");
  }
}
