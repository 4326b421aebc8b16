package dev.lamina.analysis.layerwise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Laws of layer-wise losses on random layers. */
class LayerLossPropertyTest {
  private static final double NOISE = 0.3;

  private static Backend open() {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  private static ObjectiveSettings settings(Form form, int p, boolean centred, Space space) {
    return new ObjectiveSettings(
        form, p, NOISE, 1.3, 1.7, 0.2, centred, space, OptionalLong.empty());
  }

  /** Every form is what its definition says, by another route. */
  @Property(tries = 150)
  void valuesAreThoseOfTheDefinitions(
      @ForAll Form form,
      @ForAll @IntRange(max = 3) int p,
      @ForAll boolean centred,
      @ForAll @IntRange(min = 3, max = 9) int samples,
      @ForAll @IntRange(min = 2, max = 9) int features,
      @ForAll @IntRange(min = 1, max = 3) int outputs,
      @ForAll @LongRange(max = 1000) long seed) {
    RandomLayer layer = RandomLayer.of(samples, features, outputs, seed);
    ObjectiveSettings s = settings(form, p, centred, Space.AUTO);
    try (Backend backend = open()) {
      double want = LayerOracle.loss(layer.phi(), layer.targets(), s);
      double got = evaluate(backend, s, layer).loss().value();
      assertThat(got).isCloseTo(want, within(1e-10 * (1 + Math.abs(want))));
    }
  }

  /** Gradients are central differences of values. */
  @Property(tries = 150)
  void gradientsAreDifferences(
      @ForAll Form form,
      @ForAll @IntRange(max = 3) int p,
      @ForAll boolean centred,
      @ForAll @IntRange(min = 3, max = 9) int samples,
      @ForAll @IntRange(min = 2, max = 9) int features,
      @ForAll @IntRange(min = 1, max = 3) int outputs,
      @ForAll @LongRange(max = 1000) long seed) {
    RandomLayer layer = RandomLayer.of(samples, features, outputs, seed);
    ObjectiveSettings s = settings(form, p, centred, Space.AUTO);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + 1);
    try (Backend backend = open()) {
      Evaluated at = evaluate(backend, s, layer);
      double step = 1e-5;
      double[][] direction = RandomLayer.of(samples, features, 1, random.nextLong()).phi();
      double difference =
          (evaluate(backend, s, moved(layer, direction, step)).loss().value()
                  - evaluate(backend, s, moved(layer, direction, -step)).loss().value())
              / (2 * step);
      double slope = LayerOracle.inner(at.gradient(), direction);
      double scale = at.gradientNorm() * Math.sqrt(LayerOracle.inner(direction, direction));
      assertThat(slope).isCloseTo(difference, within(1e-7 * (scale + Math.abs(at.loss().value()))));
    }
  }

  private static RandomLayer moved(RandomLayer layer, double[][] direction, double step) {
    double[][] phi = new double[direction.length][direction[0].length];
    for (int i = 0; i < phi.length; i++) {
      for (int k = 0; k < phi[0].length; k++) {
        phi[i][k] = layer.phi()[i][k] + step * direction[i][k];
      }
    }
    return new RandomLayer(phi, layer.targets());
  }

  /** Only Gram matrices count: neurons may be rotated and samples exchanged. */
  @Property(tries = 60)
  void neuronsMayBeRotatedAndSamplesExchanged(
      @ForAll Form form,
      @ForAll @IntRange(max = 2) int p,
      @ForAll boolean centred,
      @ForAll @IntRange(min = 3, max = 8) int samples,
      @ForAll @LongRange(max = 1000) long seed) {
    RandomLayer layer = RandomLayer.of(samples, 4, 2, seed);
    ObjectiveSettings s = settings(form, p, centred, Space.AUTO);
    double[][] rotation = rotation(4, seed);
    RandomLayer other =
        new RandomLayer(
            reversed(LayerOracle.product(layer.phi(), rotation)), reversed(layer.targets()));
    try (Backend backend = open()) {
      Evaluated at = evaluate(backend, s, layer);
      Evaluated there = evaluate(backend, s, other);
      double scale = 1e-10 * (1 + Math.abs(at.loss().value()));
      assertThat(there.loss().value()).isCloseTo(at.loss().value(), within(scale));
      double[][] back = reversed(LayerOracle.product(at.gradient(), rotation));
      for (int i = 0; i < samples; i++) {
        for (int k = 0; k < 4; k++) {
          assertThat(there.gradient()[i][k])
              .isCloseTo(back[i][k], within(1e-9 * (1 + at.gradientNorm())));
        }
      }
    }
  }

  /** The feature-space form is the Gram form, with n below, at and above N. */
  @Property(tries = 100)
  void featureSpaceIsGramSpace(
      @ForAll @IntRange(max = 3) int form,
      @ForAll boolean centred,
      @ForAll @IntRange(min = 2, max = 12) int samples,
      @ForAll @IntRange(min = 1, max = 12) int features,
      @ForAll @IntRange(min = 1, max = 3) int outputs,
      @ForAll @LongRange(max = 1000) long seed) {
    RandomLayer layer = RandomLayer.of(samples, features, outputs, seed);
    Form which =
        new Form[] {Form.EVIDENCE, Form.FIT, Form.TRAINING_ERROR, Form.RIDGE_READOUT}[form];
    try (Backend backend = open()) {
      Evaluated gram = evaluate(backend, settings(which, 0, centred, Space.GRAM), layer);
      Evaluated space = evaluate(backend, settings(which, 0, centred, Space.FEATURES), layer);
      double scale = 1e-10 * (1 + Math.abs(gram.loss().value()) + gram.gradientNorm());
      assertThat(space.loss().value()).isCloseTo(gram.loss().value(), within(scale));
      assertThat(space.loss().fit()).isCloseTo(gram.loss().fit(), within(scale));
      assertThat(space.loss().logDeterminant())
          .isCloseTo(gram.loss().logDeterminant(), within(scale));
      for (int i = 0; i < samples; i++) {
        for (int k = 0; k < features; k++) {
          assertThat(space.gradient()[i][k]).isCloseTo(gram.gradient()[i][k], within(scale));
        }
      }
    }
  }

  /** A product of plane rotations. */
  private static double[][] rotation(int n, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + 2);
    double[][] q = new double[n][n];
    for (int i = 0; i < n; i++) {
      q[i][i] = 1;
    }
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        double angle = 2 * Math.PI * random.nextDouble();
        for (double[] row : q) {
          double a = row[i];
          double b = row[j];
          row[i] = Math.cos(angle) * a - Math.sin(angle) * b;
          row[j] = Math.sin(angle) * a + Math.cos(angle) * b;
        }
      }
    }
    return q;
  }

  private static double[][] reversed(double[][] rows) {
    double[][] out = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      out[i] = rows[rows.length - 1 - i];
    }
    return out;
  }

  private static Evaluated evaluate(Backend backend, ObjectiveSettings s, RandomLayer layer) {
    try (HostMatrix phi = layer.activations(DType.FLOAT64);
        HostMatrix y = layer.targets(DType.FLOAT64)) {
      return Evaluated.of(backend, s, phi, y);
    }
  }
}
