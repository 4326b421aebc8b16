package dev.lamina.analysis.lifting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import dev.lamina.analysis.curvature.Risk;
import dev.lamina.analysis.lifting.LiftingResult.Lifted;
import dev.lamina.analysis.lifting.LiftingResult.Sharpness;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Heatmap;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudySections;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigReader;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiftingStudyTest {
  private static LiftingConfig read(String text) {
    NetworkConfig network =
        new NetworkConfig(List.of(8), Activation.RELU, new WeightInit.He(), true);
    ConfigErrors errors = new ConfigErrors();
    LiftingConfig config =
        ConfigReader.of(ConfigFactory.parseString(text), errors)
            .read(r -> new LiftingSection().read(r, network))
            .orElse(null);
    errors.throwIfAny();
    return config;
  }

  private static LiftingResult run(LiftingConfig config, int samples, long seed) {
    RealMatrix x = MatrixUtils.createRealMatrix(samples, 1);
    RealMatrix y = MatrixUtils.createRealMatrix(samples, 1);
    for (int i = 0; i < samples; i++) {
      double at = -15 + 30.0 * i / (samples - 1);
      x.setEntry(i, 0, at);
      y.setEntry(i, 0, Math.tanh(at - 7) + Math.tanh(at) + Math.tanh(at + 7));
    }
    LaminaConfig one = LaminaConfig.defaults().withCpuThreads(1); // nothing to share out
    try (Backend backend = ContractBackends.open(BackendId.CPU, one)) {
      return new LiftingStudy(backend, config, Progress.NONE).run(new Risk(Loss.MSE, x, y), seed);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"elu", "leakyRelu(slope=0.1)", "hardTanh"})
  void aLiftedMinimumIsAMinimum(String inserted) {
    LiftingResult result =
        run(
            read(
                "activation = tanh, rate = 0.005, steps = 5000, lengths = [0.001, 0.01], inserted = \""
                    + inserted
                    + "\""),
            25,
            1);
    assertThat(result.ending()).isEqualTo("critical");
    List<Lifted> polished = result.polished();
    assertThat(polished).hasSize(3);
    for (int k = 0; k < 3; k++) {
      Lifted lifted = polished.get(k);
      assertThat(lifted.gradient()).isLessThan(1e-11);
      assertThat(lifted.outputChange()).isLessThan(1e-12);
      assertThat(lifted.positive()).isEqualTo(7);
      assertThat(lifted.negative()).isZero();
      assertThat(lifted.zero()).isEqualTo(6 * k);
      assertThat(lifted.eigenvalues()).hasSize(7 + 6 * k);
      Lifted early = result.early().get(k);
      assertThat(early.gradient()).isBetween(1e-4, 0.1);
      assertThat(early.parameters()).isEqualTo(lifted.parameters());
      assertThat(early.eigenvalues().getFirst()).as("pairs").isLessThan(k == 0 ? 1 : -1e-9);
    }
    requireWays(result.waysOut(), polished.getFirst().loss());
    Sharpness small = result.sharpness().get(0);
    Sharpness larger = result.sharpness().get(1);
    assertThat(larger.scale() / small.scale()).isCloseTo(10, within(1e-9));
    assertThat(small.largest() / larger.largest()).as("∝ 1/ξ²").isCloseTo(100, within(1.0));
  }

  private static void requireWays(WaysOut ways, double loss) {
    assertThat(ways.descending()).isPositive().isLessThan(ways.ways());
    for (WaysOut.Way way : ways.shown()) {
      double predicted = way.predicted().getFirst();
      assertThat(way.measured().getFirst())
          .as(way.label())
          .isCloseTo(predicted, within(0.05 * Math.abs(predicted) + 1e-6 * loss));
    }
    for (WaysOut.Landscape plane : ways.landscapes()) {
      double lowest = 0;
      for (int i = 0; i < plane.y().size(); i++) {
        for (int j = 0; j < plane.x().size(); j++) {
          double change = plane.change().get(i).get(j);
          boolean inside =
              plane.x().get(j) < plane.edge()
                  && (plane.curved()
                      ? Math.abs(plane.y().get(i)) < 1e-12
                      : plane.y().get(i) < plane.otherEdge());
          if (inside) {
            assertThat(change).as("inside").isCloseTo(0, within(1e-9 * (1 + loss)));
          }
          lowest = Math.min(lowest, change);
        }
      }
      assertThat(lowest).as("beyond the edge").isLessThan(-1e-4 * loss);
    }
    assertThat(ways.landscapes()).hasSize(2);
  }

  /**
   * The published picture and what is behind it: two relu neurons on the stairs. Gradient descent,
   * stopped at 10⁻⁴, has pairs that are no longer there once the point is critical.
   */
  @Test
  void thePublishedNegativeEigenvaluesComeFromStopping() {
    LiftingResult result =
        run(read("activation = relu, inserted = relu, rate = 0.002, lengths = [1]"), 100, 3);
    assertThat(result.descent().reached()).isTrue();
    assertThat(result.ending()).isEqualTo("critical");
    for (int k = 0; k <= 2; k++) {
      Lifted early = result.early().get(k);
      assertThat(early.positive()).isEqualTo(4 + 2 * k);
      assertThat(early.negative()).isEqualTo(2 * k);
      assertThat(early.negativePublished()).isEqualTo(2 * k);
      assertThat(early.eigenvalues().getFirst()).isGreaterThan(-early.meaningful());
      assertThat(result.pairs().get(k).negative()).isEqualTo(2 * k);
      assertThat(result.pairs().get(k).positive()).isEqualTo(2 * k);
      assertThat(result.pairs().get(k).smallest())
          .isCloseTo(early.eigenvalues().getFirst(), within(0.3 * early.gradient()));
      Lifted polished = result.polished().get(k);
      assertThat(polished.gradient()).isLessThan(1e-12);
      assertThat(polished.positive()).isEqualTo(3);
      assertThat(polished.negative()).isZero();
      assertThat(polished.negativePublished()).isZero();
      assertThat(polished.zero()).isEqualTo(4 + 6 * k);
    }
    assertThat(result.early().get(1).eigenvalues().getFirst()).isLessThan(-1e-5);
  }

  /**
   * Under tanh outputs change as the square of the segment, the gradient as the segment [derived].
   */
  @Test
  void aLiftThatIsALineOnlyNearlyIsNotCritical() {
    String common = "activation = tanh, rate = 0.005, steps = 5000, lengths = [1], ";
    LiftingResult wide = run(read(common + "approximate { segment = [-0.02, 0.02] }"), 25, 1);
    LiftingResult narrow = run(read(common), 25, 1); // half of it, as published
    assertThat(wide.ending()).isEqualTo("critical");
    assertThat(wide.polished().getFirst().gradient()).isLessThan(1e-11);
    assertThat(narrow.approximate()).extracting(Lifted::lifts).containsExactly(1, 2);
    for (int k = 0; k < 2; k++) {
      Lifted coarse = wide.approximate().get(k);
      Lifted fine = narrow.approximate().get(k);
      assertThat(fine.eigenvalues()).hasSize(7 + 6 * (k + 1));
      assertThat(fine.gradient()).isGreaterThan(1e-4);
      assertThat(coarse.gradient() / fine.gradient()).isCloseTo(2, within(0.05));
      assertThat(coarse.outputChange() / fine.outputChange()).isCloseTo(4, within(0.1));
      assertThat(fine.eigenvalues().getFirst()).isBetween(-fine.meaningful(), 0.0);
      assertThat(fine.kinkDistance()).isNaN();
    }
    LiftingResult sigmoid =
        run(
            read(common + "lifts = 1, approximate { inserted = sigmoid, segment = [-0.1, 0.1] }"),
            25,
            1);
    assertThat(sigmoid.approximate().getFirst().outputChange()).isBetween(1e-6, 1e-2);
  }

  @Test
  void theResultIsShownAndStored() {
    LiftingConfig config = read("activation = tanh, steps = 100, lifts = 1, lengths = [1]");
    LiftingResult result = run(config, 25, 1);
    assertThat(result.descent().steps()).isEqualTo(100);
    assertThat(result.descent().reached()).isFalse();
    assertThat(Json.read(Json.write(result), LiftingResult.class)).isEqualTo(result);
    SectionView view = new LiftingView(config, result).view();
    assertThat(view.headlines().getFirst().value()).isEqualTo("0, 0");
    assertThat(view.blocks().stream().filter(Plot.class::isInstance)).hasSize(5);
    assertThat(view.blocks().stream().filter(Heatmap.class::isInstance)).hasSize(2);
    Table table =
        view.blocks().stream()
            .filter(Table.class::isInstance)
            .map(Table.class::cast)
            .filter(t -> t.id().equals("inertia"))
            .findFirst()
            .orElseThrow();
    assertThat(table.rows()).hasSize(5);
    assertThat(table.rows().get(4).getFirst()).isEqualTo("lifted by tanh in [-0.01, 0.01]");
    assertThat(table.columns().subList(0, 5).stream().map(Column::title))
        .as("what it is about comes first")
        .containsExactly("point", "lifts", "positive", "negative", "zero");
    Lifted lifted = result.early().get(1);
    assertThat(table.rows().get(1).subList(1, 5))
        .containsExactly(1, lifted.positive(), lifted.negative(), lifted.zero());
    assertThat(StudySections.all()).anyMatch(LiftingSection.class::isInstance);
  }

  @Test
  void everythingHasADefaultAndLayersMustHaveALine() {
    LiftingConfig config = read("");
    assertThat(config.inserted()).isEqualTo(new Activation.Elu());
    assertThat(config.activation()).isEqualTo(Activation.Smooth.SIGMOID);
    assertThat(config.lengths()).containsExactly(0.1, 0.3, 1.0, 3.0, 10.0);
    assertThatThrownBy(() -> read("inserted = tanh"))
        .hasMessageContainingAll("inserted", "tanh is affine nowhere");
    assertThat(config.approximate().inserted()).isEqualTo(Activation.Smooth.TANH);
    assertThatThrownBy(() -> read("approximate { inserted = elu, segment = [0.1, 0.2] }"))
        .hasMessageContainingAll("approximate", "a line on [0.1, 0.2] only nearly", "elu is one");
    assertThatThrownBy(() -> read("approximate { segment = [0.1] }"))
        .hasMessageContainingAll("approximate", "segment must be two numbers but is [0.1]");
    assertThatThrownBy(() -> read("approximate { inserted = relu, segment = [-1, 1] }"))
        .hasMessageContainingAll("approximate", "holds the kink of relu");
    assertThatThrownBy(() -> read("width = 0, lift = 3")).hasMessageContainingAll("width", "lift");
  }
}
