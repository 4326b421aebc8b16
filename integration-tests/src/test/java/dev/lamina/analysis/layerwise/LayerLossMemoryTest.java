package dev.lamina.analysis.layerwise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What layer-wise losses make of the memory budget, and of calls that make no sense. */
class LayerLossMemoryTest {
  private static final int SAMPLES = 200;
  private static final long SQUARE = 8L * SAMPLES * SAMPLES;

  private static Backend open(long budget) {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults().withMemoryBudget(budget));
  }

  /** How many kernel matrices are kept changes the work and the memory, and not one bit. */
  @ParameterizedTest
  @CsvSource({"2.5, 2", "3.5, 3", "4.5, 4", "6, 5", "30, 5"})
  void theBudgetDecidesWhatIsKept(double squares, int kept) {
    RandomLayer layer = RandomLayer.of(SAMPLES, 9, 2, 3);
    ObjectiveSettings settings = ObjectiveSettings.evidence(4, 0.1);
    Evaluated want;
    try (Backend backend = open(1L << 30);
        HostMatrix phi = layer.activations(DType.FLOAT64);
        HostMatrix y = layer.targets(DType.FLOAT64)) {
      want = Evaluated.of(backend, settings, phi, y);
    }
    long left = (long) (squares * SQUARE);
    try (Backend backend = open(1L << 30);
        HostMatrix phi = layer.activations(DType.FLOAT64);
        HostMatrix y = layer.targets(DType.FLOAT64);
        DeviceMatrix x = backend.upload(phi);
        DeviceMatrix t = backend.upload(y);
        DeviceMatrix g = backend.allocate(DType.FLOAT64, SAMPLES, 9);
        HostMatrix gradient = HostMatrix.allocate(DType.FLOAT64, SAMPLES, 9);
        LayerObjective objective = LayerObjective.open(backend, settings)) {
      long limit = backend.budget().limit();
      try (var _ = backend.budget().reserve(limit - left, "the rest")) {
        objective.evaluate(x, t, g);
        assertThat((left - backend.budget().available()) / SQUARE).isEqualTo(kept);
        assertThat(backend.budget().peak()).isLessThanOrEqualTo(limit);
      }
      // The plan stays; only now the operations may take the tiles that they took above.
      assertThat(objective.evaluate(x, t, g)).isEqualTo(want.loss());
      assertThat((limit - backend.budget().available()) / SQUARE).isEqualTo(kept);
      backend.download(g, gradient);
      assertThat(gradient.toArray()).isDeepEqualTo(want.gradient());
      assertThat(objective.evaluate(x, t)).isEqualTo(want.loss());
    }
  }

  @Test
  void plansKeepWhatSavesTheMostWork() {
    assertThat(ChainPlan.of(4, 5).kept()).containsExactly(0, 1, 2, 3);
    assertThat(ChainPlan.of(4, 9).isComplete()).isTrue();
    assertThat(ChainPlan.of(4, 4).kept()).containsExactly(0, 2);
    assertThat(ChainPlan.of(4, 3).kept()).containsExactly(0);
    assertThat(ChainPlan.of(4, 2).kept()).isEmpty();
    assertThat(ChainPlan.of(0, 1).matrices()).isEqualTo(1);
    assertThat(ChainPlan.of(4, 4).matrices()).isEqualTo(4);
    assertThat(List.of(ChainPlan.least(0), ChainPlan.least(1), ChainPlan.least(7)))
        .containsExactly(1, 2, 2);
    assertThat(ChainPlan.of(4, 4).nearest(1)).isZero();
    assertThat(ChainPlan.of(4, 2).nearest(3)).isEqualTo(-1);
  }

  /** The batch that the message names fits, and one sample more does not. */
  @ParameterizedTest
  @CsvSource({"EVIDENCE, 2", "LOO_NLL, 1", "EVIDENCE, 0"})
  void theBatchThatIsNamedFits(Form form, int p) {
    ObjectiveSettings settings =
        ObjectiveSettings.evidence(p, 0.1).withForm(form).withSpace(Space.GRAM);
    try (Backend backend = open(1 << 20)) {
      Throwable refused = catchThrowable(() -> evaluate(backend, settings, 900, 30));
      assertThat(refused)
          .isInstanceOf(LayerMemoryException.class)
          .hasMessageContaining("900 samples need")
          .hasMessageContaining("of the memory budget of 1 MiB");
      Matcher matcher =
          Pattern.compile("mini-batches of at most (\\d+) samples").matcher(refused.getMessage());
      assertThat(matcher.find()).isTrue();
      int batch = Integer.parseInt(matcher.group(1));
      evaluate(backend, settings, batch, 30);
      assertThatThrownBy(() -> evaluate(backend, settings, batch + 1, 30))
          .isInstanceOf(LayerMemoryException.class);
      if (p == 0) {
        assertThat(refused).hasMessageContaining("; the feature-space form would fit");
        evaluate(backend, settings.withSpace(Space.FEATURES), 900, 30);
      }
      assertThat(backend.budget().available()).isEqualTo(1 << 20);
    }
  }

  @Test
  void featuresThatDoNotFitAreRefusedToo() {
    ObjectiveSettings settings = ObjectiveSettings.evidence(0, 0.1).withSpace(Space.FEATURES);
    try (Backend backend = open(1 << 20)) {
      assertThatThrownBy(() -> evaluate(backend, settings, 50, 400))
          .isInstanceOf(LayerMemoryException.class)
          .hasMessageContaining("400 features of 50 samples need")
          .hasMessageContaining("in feature space");
    }
  }

  private static void evaluate(Backend backend, ObjectiveSettings s, int samples, int features) {
    RandomLayer layer = RandomLayer.of(samples, features, 2, 1);
    try (HostMatrix phi = layer.activations(DType.FLOAT64);
        HostMatrix y = layer.targets(DType.FLOAT64)) {
      Evaluated.of(backend, s, phi, y);
    }
  }

  @Test
  void callsThatMakeNoSenseAreRefused() {
    ObjectiveSettings settings = ObjectiveSettings.evidence(0, 0.1);
    try (Backend backend = open(1 << 24);
        LayerObjective objective = LayerObjective.open(backend, settings);
        DeviceMatrix phi = backend.allocate(DType.FLOAT64, 6, 3);
        DeviceMatrix none = backend.allocate(DType.FLOAT64, 6, 0);
        DeviceMatrix y = backend.allocate(DType.FLOAT64, 5, 2);
        DeviceMatrix single = backend.allocate(DType.FLOAT32, 6, 2);
        DeviceMatrix right = backend.allocate(DType.FLOAT64, 6, 2)) {
      assertThatThrownBy(() -> objective.evaluate(phi, y))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("activations 6×3 float64, targets 5×2 float64");
      assertThatThrownBy(() -> objective.evaluate(none, right)).isInstanceOf(ShapeException.class);
      assertThatThrownBy(() -> objective.evaluate(phi, single))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("one element type");
      assertThatThrownBy(() -> objective.evaluate(phi, right, right))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("the gradient must have the shape of the activations");
    }
  }

  @Test
  void rowsThatAreNotFiniteAndEqualRowsWithoutNoiseAreNamed() {
    RandomLayer layer = RandomLayer.of(6, 9, 2, 1);
    layer.phi()[4] = layer.phi()[1];
    try (Backend backend = open(1 << 24);
        HostMatrix phi = layer.activations(DType.FLOAT64);
        HostMatrix y = layer.targets(DType.FLOAT64)) {
      assertThatThrownBy(() -> Evaluated.of(backend, ObjectiveSettings.evidence(1, 0), phi, y))
          .isInstanceOf(SingularGramException.class)
          .hasMessageContaining("with noise 0.0 is singular: pivot 4");
      phi.set(2, 0, Double.NaN);
      assertThatThrownBy(() -> Evaluated.of(backend, ObjectiveSettings.evidence(0, 1), phi, y))
          .isInstanceOf(SingularGramException.class)
          .hasMessageContaining("is not finite");
    }
  }

  /** The prior's gradient is that of its value. */
  @Test
  void weightPriorIsAQuadratic() {
    WeightPrior prior = new WeightPrior(1.6, 0.3);
    RandomLayer layer = RandomLayer.of(3, 4, 3, 8);
    try (Backend backend = open(1 << 24);
        HostMatrix w = layer.activations(DType.FLOAT64);
        HostMatrix b = RandomLayer.host(new double[][] {{0.5, -1, 2}}, DType.FLOAT64);
        HostMatrix zeros = HostMatrix.allocate(DType.FLOAT64, 3, 4);
        HostMatrix got = HostMatrix.allocate(DType.FLOAT64, 3, 4);
        HostMatrix gotBias = HostMatrix.allocate(DType.FLOAT64, 1, 3);
        DeviceMatrix weights = backend.upload(w);
        DeviceMatrix bias = backend.upload(b);
        DeviceMatrix gradient = backend.upload(zeros);
        DeviceMatrix biasGradient = backend.upload(b)) {
      assertThat(prior.weights(backend, weights))
          .isCloseTo(4 / 3.2 * LayerOracle.inner(layer.phi(), layer.phi()), within(1e-14));
      assertThat(prior.bias(backend, bias)).isCloseTo(5.25 / 0.6, within(1e-14));
      prior.addWeightGradient(backend, weights, gradient);
      prior.addBiasGradient(backend, bias, biasGradient);
      backend.download(gradient, got);
      backend.download(biasGradient, gotBias);
      assertThat(got.get(2, 3)).isCloseTo(layer.phi()[2][3] * 4 / 1.6, within(1e-15));
      assertThat(gotBias.get(0, 1)).isCloseTo(-1 - 1 / 0.3, within(1e-15));
      assertThatThrownBy(() -> new WeightPrior(1, 0).bias(backend, bias))
          .hasMessageContaining("a layer without bias");
    }
  }
}
