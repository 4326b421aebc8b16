package dev.lamina.analysis.degeneracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigFactory;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.degeneracy.DegeneracyConfig.Experiment;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DegeneracyStudyTest {
  private static final NetworkConfig NETWORK =
      new NetworkConfig(List.of(64, 64, 32), Activation.RELU, new WeightInit.He(), true);

  private static DegeneracyConfig read(String text, NetworkConfig network) {
    ConfigErrors errors = new ConfigErrors();
    DegeneracyConfig config =
        ConfigReader.of(ConfigFactory.parseString(text), errors)
            .read(r -> new DegeneracySection().read(r, network))
            .orElse(null);
    errors.throwIfAny();
    return config;
  }

  @Test
  void everythingHasADefault() {
    DegeneracyConfig config = read("", NETWORK);
    assertThat(config.rules())
        .containsExactly(Rule.INFINITE, Rule.PAPER, Rule.DIGAMMA, Rule.DENSITY);
    assertThat(config.conventions()).containsExactly(Convention.NETWORK);
    assertThat(config.angle()).isEqualTo(new StartAngle.Measured());
    assertThat(config.samples()).isEqualTo(20_000);
    assertThat(config.experiments()).containsExactly(Experiment.values());
  }

  @Test
  void everythingCanBeSet() {
    DegeneracyConfig config =
        read(
            """
            rules = [paper, montecarlo, paper], conventions = [authors, network], angle = orthogonal
            samples = 10, architectures = ["3x7", "5,4"], experiments = [decay]
            activations = [tanh, "leakyRelu(slope=0.2)"], biasVariance = 0.1
            """,
            NETWORK);
    assertThat(config.rules()).containsExactly(Rule.PAPER);
    assertThat(config.conventions()).containsExactly(Convention.AUTHORS, Convention.NETWORK);
    assertThat(config.angle()).isEqualTo(new StartAngle.Given(Math.PI / 2));
    assertThat(config.architectures()).hasToString("[3x7, 5,4]");
    assertThat(config.experiments()).containsExactly(Experiment.DECAY);
    assertThat(config.activations()).hasSize(2);
    assertThat(config.weightVariance()).isEqualTo(2);
    assertThat(config.biasVariance()).isEqualTo(0.1);
    assertThat(read("angle = 0.25", NETWORK).angle()).isEqualTo(new StartAngle.Given(0.25));
  }

  @Test
  void problemsAreReported() {
    assertThatThrownBy(() -> read("rules = [papr]", NETWORK)).hasMessageContaining("paper");
    assertThatThrownBy(() -> read("angle = 4", NETWORK)).hasMessageContaining("(0, pi]");
    assertThatThrownBy(() -> read("angle = flat", NETWORK)).hasMessageContaining("orthogonal");
    assertThatThrownBy(() -> read("architectures = [\"3x1\"]", NETWORK))
        .hasMessageContaining("at least 2");
    assertThatThrownBy(() -> read("conventions = []", NETWORK)).hasMessageContaining("conventions");
    assertThatThrownBy(() -> read("sample = 5", NETWORK)).hasMessageContaining("samples");
    assertThatThrownBy(() ->
            read("", new NetworkConfig(List.of(9, 1), Activation.RELU, new WeightInit.He(), true)))
        .hasMessageContaining("layer 2 of 2 has 1");
    assertThatThrownBy(() ->
            read(
                "",
                new NetworkConfig(List.of(9), Activation.parse("erf"), new WeightInit.He(), true)))
        .hasMessageContaining("relu")
        .hasMessageContaining("erf");
  }

  @Test
  void inputAnglesAreThoseOfTheRows() {
    try (HostMatrix x = HostMatrix.of(new double[][] {{3, 0}, {0, 2}, {-1, 0}})) {
      InputAngles angles = InputAngles.measure(x, 6000, 1);
      assertThat(angles.smallest()).isCloseTo(Math.PI / 2, within(1e-15));
      assertThat(angles.largest()).isCloseTo(Math.PI, within(1e-15));
      assertThat(angles.mean()).isCloseTo(Math.PI * 2 / 3, within(0.04));
      assertThat(InputAngles.measure(x, 6000, 1)).isEqualTo(angles);
    }
    try (HostMatrix near = HostMatrix.of(new double[][] {{1, 0}, {1, 1e-9}})) {
      assertThat(InputAngles.measure(near, 2, 1).mean() / 1e-9).isCloseTo(1, within(1e-6));
    }
    try (HostMatrix zeros = HostMatrix.of(new double[][] {{0, 0}, {1, 0}, {0, 0}, {0, 2}})) {
      InputAngles angles = InputAngles.measure(zeros, 9, 1);
      assertThat(angles.zeroRows()).isEqualTo(2);
      assertThat(angles.smallest()).isCloseTo(Math.PI / 2, within(1e-15));
    }
    try (HostMatrix one = HostMatrix.of(new double[][] {{1, 2}, {0, 0}})) {
      assertThatThrownBy(() -> InputAngles.measure(one, 9, 1)).hasMessageContaining("are 1 and 9");
    }
  }

  @Test
  void theReportShowsEveryNumberOfTheResult() {
    DegeneracyConfig config =
        read(
            "samples = 300, conventions = [network, authors], activations = [tanh],"
                + " architectures = [\"2x20\", \"60x2\"]",
            NETWORK);
    Counter counter = new Counter();
    DegeneracyResult result;
    try (DataSet train =
        data(
            HostMatrix.of(new double[][] {{1, 0, 2}, {0, 1, 1}, {3, 1, 0}}), new int[] {0, 1, 1})) {
      result = new DegeneracyStudy(config, 5, 2, counter).run(train, NETWORK.hidden());
    }
    assertThat(counter.done).isEqualTo(counter.steps).isEqualTo(9);
    assertThat(result.networks()).hasSize(2);
    assertThat(result.networks().get(1).widths()).containsExactly(3, 64, 64, 32);
    assertThat(result.measured()).hasSize(1);
    assertThat(result.sweep().get(1).sampled().count()).isZero();
    SectionView view = new DegeneracyView(config, result, 5).view();
    assertThat(view.headlines()).hasSize(4);
    List<String> ids = new ArrayList<>();
    view.blocks()
        .forEach(block -> {
          if (block instanceof Plot plot) {
            ids.add(plot.id());
            assertThat(plot.series()).isNotEmpty();
            assertThat(plot.provenance()).isNotBlank();
          } else if (block instanceof Table table) {
            ids.add(table.id());
            assertThat(table.rows()).isNotEmpty();
          }
        });
    assertThat(ids)
        .containsExactly(
            "network-network",
            "network-network-numbers",
            "network-authors",
            "network-authors-numbers",
            "architectures",
            "architectures-numbers",
            "activations",
            "decrement",
            "decrement-numbers",
            "one-layer-mean",
            "one-layer-variance",
            "one-layer-numbers",
            "evolution",
            "histogram-1",
            "histogram-30",
            "evolution-numbers",
            "histogram-numbers",
            "decay-infinite",
            "decay-finite",
            "decay-numbers");
    Plot network = (Plot) view.blocks().get(1);
    Series.Points sampled = (Series.Points) network.series().getLast();
    assertThat(sampled.y().getLast())
        .isEqualTo(result.networks().getFirst().sampled().getLast().mean());
    assertThat(Json.write(result)).contains("\"collapseProbability\"");
    assertThat(Json.write(view)).contains("\"network-network\"");
  }

  @Test
  void experimentsCanBeLeftOut() {
    DegeneracyConfig config =
        read("samples = 20, architectures = [], experiments = [], angle = 1", NETWORK);
    try (DataSet train = data(HostMatrix.of(new double[][] {{1, 0}, {0, 1}}), new int[] {0, 1})) {
      DegeneracyResult result =
          new DegeneracyStudy(config, 5, 1, Progress.NONE).run(train, NETWORK.hidden());
      assertThat(result.startAngle()).isEqualTo(1);
      assertThat(result.measured()).isEmpty();
      assertThat(new DegeneracyView(config, result, 5).view().blocks()).hasSize(5);
    }
  }

  private static DataSet data(HostMatrix x, int[] labels) {
    return new DataSet(
        "sample", x, Response.Classes.numbered(labels, 2), Optional.empty(), "made here");
  }

  private static final class Counter implements Progress {
    long steps;
    long done;

    @Override
    public void begin(String task, long count) {
      steps = count;
    }

    @Override
    public void advance(long count) {
      done += count;
    }
  }
}
