package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.data.PreprocessingStep.Center;
import dev.lamina.analysis.data.PreprocessingStep.Extent;
import dev.lamina.analysis.data.PreprocessingStep.NormaliseRows;
import dev.lamina.analysis.data.PreprocessingStep.Scale;
import dev.lamina.analysis.data.PreprocessingStep.Standardise;
import dev.lamina.analysis.data.PreprocessingStep.Zca;
import dev.lamina.analysis.regression.NaiveBackend;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessingStepTest {
  private final Backend backend = new NaiveBackend();
  private long openBefore;

  @BeforeEach
  void count() {
    openBefore = OpenMatrices.bytes();
  }

  @AfterEach
  void nothingStaysOpen() {
    assertThat(OpenMatrices.bytes()).isEqualTo(openBefore);
  }

  /** Fits a step on one matrix and applies it to another. */
  private double[][] apply(PreprocessingStep step, double[][] train, double[][] x) {
    try (HostMatrix learnt = HostMatrix.of(train);
        HostMatrix changed = HostMatrix.of(x)) {
      step.fit(learnt, backend).apply(changed, "test");
      assertThat(learnt.toArray()).as("training samples after fitting").isDeepEqualTo(train);
      return changed.toArray();
    }
  }

  @Test
  void scales() {
    assertThat(apply(new Scale(0.25), new double[][] {{9}}, new double[][] {{1, -2}, {4, 0}}))
        .isDeepEqualTo(new double[][] {{0.25, -0.5}, {1, 0}});
  }

  @Test
  void centersByTheTrainingMean() {
    double[][] train = {{1, 10}, {3, 30}};
    assertThat(apply(new Center(Extent.FEATURES), train, new double[][] {{0, 0}, {2, 20}}))
        .isDeepEqualTo(new double[][] {{-2, -20}, {0, 0}});
    assertThat(apply(new Center(Extent.GLOBAL), train, new double[][] {{0, 0}, {2, 20}}))
        .isDeepEqualTo(new double[][] {{-11, -11}, {-9, 9}});
  }

  @Test
  void standardisesByTheTrainingMeanAndDeviation() {
    double[][] train = {{1, 0.1, 5}, {3, 0.1, 5}, {5, 0.1, 11}, {7, 0.1, 11}};
    // Deviations √5, 0 and 3; the mean of four times 0.1 need not be 0.1 exactly.
    double[][] found =
        apply(new Standardise(Extent.FEATURES), train, new double[][] {{4, 7, 11}, {6, 0.1, 2}});
    assertThat(found[0]).containsExactly(new double[] {0, 0, 1}, within(1e-15));
    assertThat(found[1]).containsExactly(new double[] {2 / Math.sqrt(5), 0, -2}, within(1e-15));
    double[][] global =
        apply(
            new Standardise(Extent.GLOBAL),
            new double[][] {{1, 1}, {1, 5}},
            new double[][] {{2, 3}});
    assertThat(global[0]).containsExactly(new double[] {0, 1 / Math.sqrt(3)}, within(1e-15));
    assertThat(
            apply(new Standardise(Extent.GLOBAL), new double[][] {{4, 4}}, new double[][] {{5, 5}}))
        .isDeepEqualTo(new double[][] {{0, 0}});
  }

  @Test
  void normalisesRows() {
    double[][] x = {{3, -4}, {0, 1e-200}, {3e200, 4e200}};
    double[][] unit = apply(new NormaliseRows(NormaliseRows.Length.UNIT), x, x);
    double[][] expected = {{0.6, -0.8}, {0, 1}, {0.6, 0.8}};
    double[][] root = apply(new NormaliseRows(NormaliseRows.Length.SQRT_D), x, x);
    for (int i = 0; i < 3; i++) {
      assertThat(unit[i]).containsExactly(expected[i], within(1e-15));
      assertThat(root[i][0]).isCloseTo(expected[i][0] * Math.sqrt(2), within(1e-15));
    }
  }

  @Test
  void namesAZeroRow() {
    double[][] x = {{1, 2}, {0, 0}};
    assertThatThrownBy(() -> apply(new NormaliseRows(NormaliseRows.Length.UNIT), x, x))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "normalise-rows: row 1 of the test samples (counted from 0) is all zeros and has no"
                + " direction; leave it out or drop the step");
  }

  @ParameterizedTest
  @CsvSource({"0", "0.001", "0.1", "10"})
  void zcaSolvesItsDefiningEquation(double regulariser) {
    // With W symmetric and W² (C + λ I) = I the map is the inverse root: no eigenvectors needed.
    int d = 6;
    double[][] train = random(50, d, 3);
    double[][] identity = new double[d][d];
    double[] mean = mean(train);
    for (int i = 0; i < d; i++) {
      identity[i] = mean.clone();
      identity[i][i] += 1;
    }
    double[][] w = apply(new Zca(regulariser), train, identity); // rows m + e_i give the rows of W
    double[][] c = covariance(train, mean);
    double trace = 0;
    for (int i = 0; i < d; i++) {
      trace += c[i][i];
    }
    for (int i = 0; i < d; i++) {
      c[i][i] += regulariser * trace / d;
    }
    double[][] product = times(times(w, w), c);
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        assertThat(product[i][j]).isCloseTo(i == j ? 1 : 0, within(1e-10));
        assertThat(w[i][j]).isCloseTo(w[j][i], within(1e-10));
      }
      assertThat(w[i][i]).as("positive definite").isPositive();
    }
  }

  @Test
  void zcaWithoutRegulariserWhitens() {
    double[][] train = random(300, 4, 5);
    double[][] white = apply(new Zca(0), train, train);
    double[][] c = covariance(white, mean(white));
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        assertThat(c[i][j]).isCloseTo(i == j ? 1 : 0, within(1e-10));
      }
    }
  }

  @Test
  void zcaSaysThatACovarianceIsSingular() {
    double[][] train = random(50, 3, 1);
    for (double[] row : train) {
      row[2] = row[0] - row[1];
    }
    assertThatThrownBy(() -> apply(new Zca(0), train, train))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "zca = 0.0: the covariance of the training samples is singular (smallest eigenvalue ")
        .hasMessageEndingWith("use a regulariser such as 1e-3");
    double[][] constant = {{1, 2}, {1, 2}};
    assertThatThrownBy(() -> apply(new Zca(0.1), constant, constant))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is singular");
    apply(new Zca(1e-3), train, train);
  }

  @Test
  void refusesParametersThatMakeNoSense() {
    assertThatThrownBy(() -> new Scale(0)).hasMessage("scale must be finite and not 0 but is 0.0");
    assertThatThrownBy(() -> new Scale(Double.NaN)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new Zca(-1)).hasMessage("zca must be ≥ 0 and finite but is -1.0");
    assertThatThrownBy(() -> new Zca(Double.NaN)).isInstanceOf(DataException.class);
  }

  @Test
  void appliesStepsInOrderAndLearnsFromTheTrainingSamplesAlone() {
    try (DataParts parts =
            new DataParts(
                new DataSet(
                    "three",
                    HostMatrix.of(new double[][] {{2}, {6}, {100}}),
                    Response.Classes.numbered(new int[] {0, 1, 0}, 2),
                    Optional.empty(),
                    "three: made up"),
                Optional.empty());
        PreparedData split =
            PreparedData.split(parts, SplitPlan.inFileOrder(2L), 1, DType.FLOAT32)) {
      PreparedData done =
          split.preprocessed(List.of(new Scale(0.5), new Center(Extent.FEATURES)), backend);
      assertThat(done.train().x().toArray()).isDeepEqualTo(new double[][] {{-1}, {1}});
      assertThat(done.test().x().toArray()).isDeepEqualTo(new double[][] {{48}});
      assertThat(done.train().provenance())
          .isEqualTo(
              "three: made up; 2 of 3 rows for training, in file order; scale = 0.5, then center = mean");
      assertThat(parts.train().x().get(0, 0)).as("the source").isEqualTo(2);
    }
  }

  @Test
  void digitsDefaultIsFourteenHundredAndTheRest() {
    DataConfig config =
        new DataConfig(
            new DataSource.Digits(),
            new SplitPlan(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
            List.of(new Scale(1.0 / 16)));
    try (PreparedData data =
        PreparedData.load(config, CacheFolder.ofProcess(), 1, DType.FLOAT32, backend)) {
      assertThat(data.train().samples()).isEqualTo(1400);
      assertThat(data.test().samples()).isEqualTo(397);
      assertThat(data.train().x().get(0, 2)).isEqualTo(5 / 16.0);
      assertThat(DataSummary.of(data.test()).x().max()).isEqualTo(1);
    }
  }

  private static double[][] random(int rows, int cols, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    double[][] x = new double[rows][cols];
    for (double[] row : x) {
      double common = random.nextGaussian();
      for (int j = 0; j < cols; j++) {
        row[j] = (j + 1) * (random.nextGaussian() + common) + 10;
      }
    }
    return x;
  }

  private static double[] mean(double[][] x) {
    double[] mean = new double[x[0].length];
    for (double[] row : x) {
      for (int j = 0; j < mean.length; j++) {
        mean[j] += row[j] / x.length;
      }
    }
    return mean;
  }

  private static double[][] covariance(double[][] x, double[] mean) {
    double[][] c = new double[mean.length][mean.length];
    for (double[] row : x) {
      for (int i = 0; i < mean.length; i++) {
        for (int j = 0; j < mean.length; j++) {
          c[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]) / x.length;
        }
      }
    }
    return c;
  }

  private static double[][] times(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }
}
