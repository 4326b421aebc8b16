package dev.lamina.analysis.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.regression.RegressionConfig.NoiseSweep;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.Progress;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RegressionRunTest {
  private static final RegressionConfig CONFIG =
      new RegressionConfig(
          List.of(Samples.nngp(2), Samples.ntk(2), new Kernel.Gaussian(1)),
          List.of(1, 3),
          .01,
          new NoiseSweep(1e-3, 1, 5),
          4,
          20);

  private static final class Steps implements Progress {
    private long expected;
    private long done;

    @Override
    public void begin(String task, long steps) {
      expected = steps;
    }

    @Override
    public void advance(long steps) {
      done += steps;
    }
  }

  /** Three Gaussian clouds whose centres lie a few standard deviations apart. */
  private static double[][] clouds(long seed, int n) {
    double[][] x = Samples.gaussian(seed, n, 3);
    for (int i = 0; i < n; i++) {
      x[i][i % 3] += 4;
    }
    return x;
  }

  private static int[] cloudLabels(int n) {
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % 3;
    }
    return labels;
  }

  private static RegressionResult run(RegressionConfig config, Targets train, Targets test) {
    long open = OpenMatrices.bytes();
    Steps steps = new Steps();
    RegressionResult result;
    try (HostMatrix x = HostMatrix.of(clouds(1, 30));
        HostMatrix testX = HostMatrix.of(clouds(2, 21))) {
      result =
          new RegressionRun(
                  new NaiveBackend(),
                  new TrainTest(x, train, testX, test),
                  config,
                  Precision.FLOAT64,
                  kernel -> kernel.toString().length(),
                  steps)
              .run(depth -> InfiniteNetwork.of(depth, Activation.RELU, 2, .1));
    }
    assertThat(OpenMatrices.bytes()).isEqualTo(open);
    assertThat(steps.done).isEqualTo(steps.expected).isPositive();
    return result;
  }

  private static RegressionResult runOnClouds() {
    return run(CONFIG, Targets.ofLabels(cloudLabels(30), 3), Targets.ofLabels(cloudLabels(21), 3));
  }

  @Test
  void fillsAllPartsOfTheResult() {
    RegressionResult result = runOnClouds();
    assertThat(result.metric()).isEqualTo("accuracy");
    assertThat(result.kernels()).hasSize(3);
    result.kernels().forEach(row -> assertThat(row.test().value()).isGreaterThan(.85));
    assertThat(result.kernels().get(1).auditError()).isEqualTo(Samples.ntk(2).toString().length());
    assertThat(result.depths()).extracting(RegressionResult.DepthRow::depth).containsExactly(1, 3);
    assertThat(result.spectrumSamples()).isEqualTo(20);
    assertThat(result.sweeps()).hasSize(3);
    assertThat(result.sweeps().getFirst().rows()).hasSize(5);
    assertThat(result.trainings()).hasSize(1);
    List<RegressionResult.TrainingRow> times = result.trainings().getFirst().rows();
    assertThat(times).hasSize(4);
    assertThat(times.getLast().train().value()).isEqualTo(1);
    assertThat(times.getLast().spread()).isLessThan(times.getFirst().spread());
  }

  @Test
  void depthRowsAgreeWithKernelRows() {
    RegressionConfig config =
        new RegressionConfig(
            List.of(Samples.nngp(3)), List.of(3), .01, new NoiseSweep(1, 2, 0), 0, 20);
    RegressionResult result =
        run(config, Targets.ofLabels(cloudLabels(30), 3), Targets.ofLabels(cloudLabels(21), 3));
    assertThat(result.depths().getFirst().nngp().logMarginalLikelihood())
        .isCloseTo(result.kernels().getFirst().logMarginalLikelihood(), within(1e-9));
    assertThat(result.sweeps()).isEmpty();
    assertThat(result.trainings()).isEmpty();
  }

  @Test
  void showsWhatWasFound() {
    RegressionResult result = runOnClouds();
    SectionView view = new RegressionView(CONFIG, result).view();
    assertThat(view.introduction()).contains("21 test samples after seeing 30", "σ² = 0.01");
    assertThat(view.headlines()).hasSize(4);
    assertThat(view.headlines().getFirst().label()).isEqualTo("Test accuracy, " + Samples.nngp(2));
    assertThat(view.headlines().getFirst().note()).contains("95 % interval", "21 test samples");
    assertThat(view.headlines().getLast().value()).startsWith("σ² = ");
    List<String> ids = view.blocks().stream().map(RegressionRunTest::id).toList();
    assertThat(ids)
        .containsExactly(
            "kernels",
            "depth",
            "depth-likelihood",
            "depths",
            "noise",
            "noise-likelihood",
            "noise-levels",
            "training",
            "spread",
            "training-times");
    Plot depth = (Plot) view.blocks().get(1);
    Series.Points nngp = (Series.Points) depth.series().getFirst();
    assertThat(nngp.subject()).isEqualTo("nngp");
    assertThat(nngp.low()).hasSize(2);
    Plot noise = (Plot) view.blocks().get(4);
    assertThat(noise.series()).extracting(Series::subject).contains("nngp", "ntk");
    assertThat(noise.x().logarithmic()).isTrue();
  }

  private static String id(Block block) {
    return switch (block) {
      case Plot plot -> plot.id();
      case Table table -> table.id();
      default -> "";
    };
  }

  @Test
  void showsErrorsOfRealTargetsWithoutIntervals() {
    try (HostMatrix y = HostMatrix.of(Samples.gaussian(5, 30, 2));
        HostMatrix testY = HostMatrix.of(Samples.gaussian(6, 21, 2))) {
      RegressionResult result = run(CONFIG, Targets.ofValues(y), Targets.ofValues(testY));
      assertThat(result.metric()).isEqualTo("rmse");
      SectionView view = new RegressionView(CONFIG, result).view();
      assertThat(view.headlines().getFirst().label()).startsWith("Test RMSE");
      assertThat(view.headlines().getFirst().note()).doesNotContain("interval");
      Plot depth = (Plot) view.blocks().get(1);
      assertThat(((Series.Points) depth.series().getFirst()).low()).isEmpty();
    }
  }

  @Test
  void refusesDepthsThatDoNotAscend() {
    assertThatThrownBy(() ->
            new RegressionConfig(List.of(), List.of(2, 2), .1, new NoiseSweep(1, 2, 0), 0, 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("depths must ascend from at least 1 but are [2, 2]");
  }
}
