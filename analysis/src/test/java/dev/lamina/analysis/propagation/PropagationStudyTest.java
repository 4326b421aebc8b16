package dev.lamina.analysis.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.propagation.PropagationResult.Compared;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudySections;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropagationStudyTest {
  private static final NetworkConfig NETWORK = network("relu");

  private static NetworkConfig network(String activation) {
    return new NetworkConfig(
        List.of(64, 64, 64, 64), Activation.parse(activation), new WeightInit.He(), true);
  }

  private static PropagationConfig read(String text, NetworkConfig network) {
    ConfigErrors errors = new ConfigErrors();
    PropagationConfig config =
        ConfigReader.of(ConfigFactory.parseString(text), errors)
            .read(r -> new PropagationSection().read(r, network))
            .orElse(null);
    errors.throwIfAny();
    return config;
  }

  private static List<String> names(PropagationConfig config) {
    return config.networks().stream().map(PropagationStudy::name).toList();
  }

  @Test
  void everythingHasADefault() {
    PropagationConfig config = read("", NETWORK);
    assertThat(config.cosine()).isEqualTo(new StartCosine.Measured());
    assertThat(config.depths()).containsExactly(10, 20, 50, 100);
    assertThat(names(config)).containsExactly("relu", "tanh", "residual relu, α = 0.5");
    assertThat(config.deepest()).isEqualTo(1000);
    assertThat(names(read("", network("erf")))).startsWith("erf", "relu");
    // what is not there at the edge of chaos is left out unless asked for
    assertThat(names(read("", network("polynomial(coefficients=[1, 1])"))))
        .startsWith("relu", "tanh");
    assertThat(names(read("", network("sign")))).startsWith("relu", "tanh");
  }

  @Test
  void everythingCanBeSet() {
    PropagationConfig config =
        read(
            """
            cosine = 0.25, depths = [30, 3, 30], activations = [erf, "leakyRelu(slope=0.2)"]
            residual = [], biasVariance = 0.1, deepest = 40
            """,
            NETWORK);
    assertThat(config.cosine()).isEqualTo(new StartCosine.Given(0.25));
    assertThat(config.depths()).containsExactly(3, 30);
    assertThat(names(config)).containsExactly("erf", "leakyRelu(slope=0.2)");
    assertThat(config.networks().getFirst().biasVariance()).isEqualTo(0.1);
    assertThat(config.networks().getLast().biasVariance()).isZero();
    assertThat(config.deepest()).isEqualTo(40);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "cosine = 1.5; [−1, 1]",
        "cosine = flat; data or a cosine",
        "depths = [0]; depths[0]",
        "depths = []; nothing to show",
        "activations = [rleu]; relu",
        "activations = [\"polynomial(coefficients=[1, 1])\"]; no edge of chaos",
        "activations = [sign]; square-integrable",
        "residual = [-1]; residual[0]",
        "activation = [relu]; activations",
        "deepest = 1; deepest",
      })
  void problemsAreReported(String text, String message) {
    assertThatThrownBy(() -> read(text, NETWORK)).hasMessageContaining(message);
  }

  @Test
  void theMeanCosineIsThatOfAllPairs() {
    Random random = new Random(3);
    double[][] rows = new double[40][7];
    for (int i = 0; i < 39; i++) {
      for (int j = 0; j < 7; j++) {
        rows[i][j] = 1 + random.nextGaussian();
      }
    }
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 39; i++) {
      squares += dot(rows[i], rows[i]) / 7 / 39;
      for (int j = 0; j < i; j++) {
        double norms = Math.sqrt(dot(rows[i], rows[i]) * dot(rows[j], rows[j]));
        sum += dot(rows[i], rows[j]) / norms / (39 * 38 / 2);
      }
    }
    try (HostMatrix x = HostMatrix.of(rows)) {
      InputCosine cosine = InputCosine.measure(x);
      assertThat(cosine.mean()).isCloseTo(sum, within(1e-14));
      assertThat(cosine.meanSquare()).isCloseTo(squares, within(1e-14));
      assertThat(cosine.rows()).isEqualTo(39);
      assertThat(cosine.zeroRows()).isEqualTo(1);
    }
    try (HostMatrix x = HostMatrix.of(new double[][] {{1, 2}, {0, 0}})) {
      assertThatThrownBy(() -> InputCosine.measure(x)).hasMessageContaining("there are 1");
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static PropagationResult run(PropagationConfig config, NetworkConfig network) {
    try (HostMatrix x = HostMatrix.of(new double[][] {{1, 0, 2}, {0, 1, 1}, {3, 1, 0}})) {
      return new PropagationStudy(config, Progress.NONE).run(x, network);
    }
  }

  @Test
  void theReportShowsTheNumbersOfTheRecursion() {
    PropagationConfig config = read("cosine = 0.2, deepest = 300", NETWORK);
    PropagationResult result = run(config, NETWORK);
    assertThat(result.cosine()).isEqualTo(0.2);
    assertThat(result.own().getFirst().layers()).hasSize(5);
    assertThat(result.own().getFirst().equilibriumLayer().orElseThrow())
        .isCloseTo(2.82, within(0.005));
    Compared relu = result.networks().getFirst();
    assertThat(relu.profiles()).hasSize(4);
    assertThat(relu.profiles().get(3).equilibriumLayer().orElseThrow())
        .isCloseTo(27.0215762771, within(6e-11));
    assertThat(relu.equilibrium().getLast().depth()).isEqualTo(300);
    SectionView view = new PropagationView(result, NETWORK).view();
    assertThat(view.headlines()).hasSize(4);
    assertThat(view.headlines().getFirst().value()).isEqualTo("2.82");
    List<String> ids = new ArrayList<>();
    for (var block : view.blocks()) {
      if (block instanceof Plot plot) {
        ids.add(plot.id());
        assertThat(plot.provenance()).isNotBlank();
      } else if (block instanceof Table table) {
        ids.add(table.id());
        assertThat(table.rows()).isNotEmpty();
      }
    }
    assertThat(ids)
        .containsExactly(
            "own",
            "own-numbers",
            "cosines",
            "profile-1",
            "profile-2",
            "profile-3",
            "equilibrium",
            "depths",
            "equilibrium-numbers");
    Plot profile =
        view.blocks().stream()
            .filter(b -> b instanceof Plot p && p.id().equals("profile-1"))
            .map(Plot.class::cast)
            .findFirst()
            .orElseThrow();
    Series.Points points = (Series.Points) profile.series().getLast();
    assertThat(points.x()).hasSize(4);
    // both curves pass through the point
    Series.Line forward = (Series.Line) profile.series().getFirst();
    assertThat(points.y().getLast())
        .isBetween(forward.y().get(27), forward.y().get(26)); // layers 28 and 27
    assertThat(Json.write(result)).contains("\"equilibriumLayer\"");
    assertThat(Json.write(view)).contains("\"profile-1\"");
  }

  @Test
  void whatCannotBeFollowedIsSaid() {
    PropagationConfig config = read("activations = [relu], residual = [], deepest = 5", NETWORK);
    PropagationResult sign = run(config, network("sign"));
    assertThat(sign.own()).isEmpty();
    assertThat(sign.ownProblem()).contains("sign");
    SectionView view = new PropagationView(sign, network("sign")).view();
    assertThat(Json.write(view)).contains("could not be followed: ");
    // identity loses nothing, and equal inputs have nothing to lose
    PropagationResult equal =
        run(read("activations = [identity], residual = [], cosine = 1", NETWORK), NETWORK);
    assertThat(new PropagationView(equal, NETWORK).view().blocks()).isNotEmpty();
    PropagationResult opposed =
        run(read("activations = [abs, identity], residual = [], cosine = -1", NETWORK), NETWORK);
    assertThat(new PropagationView(opposed, NETWORK).view().blocks()).isNotEmpty();
  }

  @Test
  void studiesHaveTheSection() {
    assertThat(StudySections.all()).anyMatch(s -> s.name().equals("propagation"));
  }
}
