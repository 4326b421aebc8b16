package dev.lamina.analysis.trainability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.backend.Backend;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TrainabilityTest {
  private static final TrainabilityConfig CONFIG =
      new TrainabilityConfig(
          Stream.of("2x20", "2x8", "2x12", "2x30", "12,6,3", "3,6,12", "12x4")
              .map(Architecture::parse)
              .toList(),
          2,
          6,
          10,
          0.01,
          30,
          3,
          List.of(Architecture.parse("2x8"), Architecture.parse("9x9")));

  /** Three clouds in the positive quadrant, so that angles are acute. */
  private static DataSet clouds(int n, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    HostMatrix x = HostMatrix.allocate(DType.FLOAT32, n, 6);
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % 3;
      for (int j = 0; j < 6; j++) {
        x.set(i, j, Math.abs((j / 2 == labels[i] ? 2 : 0.3) + 0.4 * random.nextGaussian()));
      }
    }
    return new DataSet(
        "clouds", x, Response.Classes.numbered(labels, 3), Optional.empty(), "drawn for a test");
  }

  private static Lamina open(int threads) {
    return Lamina.open(
        LaminaConfig.defaults().withBackend(BackendChoice.CPU).withCpuThreads(threads));
  }

  private static StudyContext context(Lamina lamina, PreparedData data) {
    NetworkConfig network =
        new NetworkConfig(List.of(8, 8), Activation.RELU, new WeightInit.He(), false);
    return new StudyContext(lamina, data, network, 5);
  }

  private static TrainabilityResult run(int threads) {
    try (Lamina lamina = open(threads);
        PreparedData data = new PreparedData(clouds(151, 1), clouds(60, 2))) {
      return new TrainabilitySection().run(context(lamina, data), CONFIG, Progress.NONE);
    }
  }

  @Test
  void resultsDoNotDependOnHowManyTrainSideBySide() {
    TrainabilityResult one = run(1);
    assertThat(Json.write(run(3))).isEqualTo(Json.write(one));
    assertThat(one.rows()).hasSize(7);
    assertThat(one.rows().get(0).accuracies()).hasSize(2);
    assertThat(one.rows().get(0).mean()).isGreaterThan(0.9);
    assertThat(one.rows().get(0).mean()).isGreaterThan(one.rows().get(6).mean());
    assertThat(one.depths())
        .singleElement()
        .satisfies(d -> assertThat(d.widths()).containsExactly(8, 12, 20, 30));
    assertThat(one.orders())
        .singleElement()
        .satisfies(o -> assertThat(o.backward().architecture()).isEqualTo("3,6,12"));
    assertThat(one.profiles()).extracting(AngleProfile::architecture).containsExactly("2x8", "9x9");
  }

  @Test
  void theReportShowsEverything() {
    try (Lamina lamina = open(2);
        PreparedData data = new PreparedData(clouds(151, 1), clouds(60, 2))) {
      StudyContext context = context(lamina, data);
      TrainabilitySection section = new TrainabilitySection();
      TrainabilityResult result = section.run(context, CONFIG, Progress.NONE);
      SectionView view = section.view(context, CONFIG, result);
      String page = Json.write(view);
      assertThat(page)
          .contains("\"published\"", "\"density\"", "\"measured\"", "\"correlations\"")
          .contains("\"equal-depth\"", "\"orders\"", "\"angles-2\"", "12x4");
      assertThat(Json.write(Json.read(Json.write(result), TrainabilityResult.class)))
          .isEqualTo(Json.write(result));
    }
  }

  /** The same networks, followed by loops over their weights. */
  @Test
  void anglesAreThoseOfTheDrawnNetworks() {
    Architecture architecture = Architecture.parse("7,5");
    try (Lamina lamina = open(1);
        DataSet set = clouds(40, 3);
        HostMatrix pairs = AngleProfile.pairs(set.x(), 12, 8)) {
      Backend backend = lamina.backend();
      AngleProfile profile = AngleProfile.measure(backend, architecture, pairs, 2, 17);
      double[] sums = new double[2];
      for (int k = 0; k < 2; k++) {
        try (Network network = AngleProfile.plan(architecture, 6, 1).draw(DType.FLOAT64, 17 + k)) {
          double[][] rows = rows(pairs);
          for (int l = 0; l < 2; l++) {
            rows = layer(rows, network.layers().get(l).matrices().getFirst());
            sums[l] += meanLogSin2(rows) / 2;
          }
        }
      }
      for (int l = 0; l < 2; l++) {
        assertThat(profile.layers().get(l).measured()).isCloseTo(sums[l], within(1e-9));
      }
      assertThat(profile.start()).isCloseTo(meanLogSin2(rows(pairs)), within(1e-12));
    }
  }

  private static double[][] rows(HostMatrix m) {
    double[][] rows = new double[(int) m.rows()][(int) m.cols()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = m.get(i, j);
      }
    }
    return rows;
  }

  private static double[][] layer(double[][] x, HostMatrix w) {
    double[][] out = new double[x.length][(int) w.rows()];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < out[i].length; j++) {
        for (int k = 0; k < x[i].length; k++) {
          out[i][j] += w.get(j, k) * x[i][k];
        }
        out[i][j] = Math.max(out[i][j], 0);
      }
    }
    return out;
  }

  /** Over the pairs that still differ: sin² θ = |u|²|v|² − (u·v)² over |u|²|v|². */
  private static double meanLogSin2(double[][] rows) {
    double sum = 0;
    int count = 0;
    for (int k = 0; k < rows.length; k += 2) {
      double area = 0;
      for (int i = 0; i < rows[k].length; i++) {
        for (int j = 0; j < i; j++) {
          double minor = rows[k][i] * rows[k + 1][j] - rows[k][j] * rows[k + 1][i];
          area += minor * minor;
        }
      }
      double norms = squares(rows[k]) * squares(rows[k + 1]);
      if (area > 1e-26 * norms) {
        sum += Math.log(area / norms);
        count++;
      }
    }
    return sum / count;
  }

  private static double squares(double[] v) {
    return Arrays.stream(v).map(a -> a * a).sum();
  }

  /** Wide layers lose what the rules say. */
  @Test
  void measuredAnglesFollowTheRules() {
    Architecture architecture = Architecture.parse("4x300");
    try (Lamina lamina = open(2);
        DataSet set = clouds(40, 3);
        HostMatrix pairs = AngleProfile.pairs(set.x(), 20, 8)) {
      AngleProfile profile = AngleProfile.measure(lamina.backend(), architecture, pairs, 12, 1);
      for (AngleProfile.Point layer : profile.layers()) {
        assertThat(layer.measured()).isCloseTo(layer.digamma(), within(0.15));
        assertThat(layer.lost()).isZero();
        assertThat(layer.infinite()).isGreaterThan(layer.digamma());
      }
    }
  }

  @Test
  void numbersAreNoClasses() {
    try (Lamina lamina = open(1)) {
      HostMatrix x = HostMatrix.of(new double[][] {{1, 2}, {2, 1}, {3, 1}});
      HostMatrix y = HostMatrix.of(new double[][] {{1}, {2}, {3}});
      DataSet set =
          new DataSet("numbers", x, new Response.Values(y), Optional.empty(), "drawn for a test");
      try (PreparedData data = new PreparedData(set, clouds(9, 1))) {
        assertThatThrownBy(
                () -> new TrainabilitySection().run(context(lamina, data), CONFIG, Progress.NONE))
            .isInstanceOf(DataException.class)
            .hasMessage(
                "trainability: accuracy needs classes but the response of numbers is numbers");
      }
    }
  }

  @Test
  void twoArchitecturesShowNoTrend() {
    assertThatThrownBy(() ->
            new TrainabilityConfig(
                List.of(Architecture.parse("2x8"), Architecture.parse("3x8")),
                2,
                1,
                1,
                1,
                2,
                2,
                List.of()))
        .hasMessage(
            "architectures must be at least 3, or nothing can be said about trends, but are [2x8, 3x8]");
  }
}
