package dev.lamina.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.audit.AuditReport;
import dev.lamina.analysis.audit.AuditSettings;
import dev.lamina.analysis.audit.KernelAudit;
import dev.lamina.analysis.data.PreprocessingStep;
import dev.lamina.analysis.regression.IterativeRegression;
import dev.lamina.analysis.regression.IterativeSettings;
import dev.lamina.analysis.regression.Precision;
import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What analyses make of the operations of the real {@code cpu} backend. */
class AnalysisOnCpuTest {

  private static Backend cpu(LaminaConfig config) {
    return ContractBackends.open(BackendId.CPU, config);
  }

  private static HostMatrix random(DType dtype, int rows, int cols, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    HostMatrix x = HostMatrix.allocate(dtype, rows, cols);
    for (int i = 0; i < rows; i++) {
      double common = random.nextGaussian();
      for (int j = 0; j < cols; j++) {
        x.set(i, j, (1 + j % 5) * (random.nextGaussian() + common) + 3);
      }
    }
    return x;
  }

  /** Covariance (divisor N) by plain loops in float64. */
  private static double[][] covariance(double[][] x) {
    int d = x[0].length;
    double[] mean = new double[d];
    for (double[] row : x) {
      for (int j = 0; j < d; j++) {
        mean[j] += row[j] / x.length;
      }
    }
    double[][] c = new double[d][d];
    for (double[] row : x) {
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
          c[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]) / x.length;
        }
      }
    }
    return c;
  }

  /**
   * With C the covariance before, W = (C + ε I)^(−1/2) and ε = regulariser · tr(C)/d, the whitened
   * samples have the covariance W C W = C (C + ε I)⁻¹. Multiplied by C + ε I it must give C back:
   * no inverse, no eigenvectors. Without a regulariser it is the identity.
   */
  @ParameterizedTest
  @CsvSource({"FLOAT64, 0, 1e-9", "FLOAT64, 0.1, 1e-11", "FLOAT32, 0, 1e-4", "FLOAT32, 0.1, 1e-5"})
  void zcaWhitens(DType dtype, double regulariser, double tolerance) {
    int n = 4500; // more than one block of 4096 rows
    int d = 40;
    try (Backend backend = cpu(LaminaConfig.defaults());
        HostMatrix x = random(dtype, n, d, 1)) {
      double[][] before = covariance(x.toArray());
      new PreprocessingStep.Zca(regulariser).fit(x, backend).apply(x, "training");
      double[][] after = covariance(x.toArray());
      double trace = 0;
      for (int i = 0; i < d; i++) {
        trace += before[i][i];
      }
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
          if (regulariser == 0) {
            assertThat(after[i][j]).isCloseTo(i == j ? 1 : 0, within(tolerance));
          }
          double product = after[i][j] * regulariser * trace / d;
          for (int k = 0; k < d; k++) {
            product += after[i][k] * before[k][j];
          }
          assertThat(product / trace).isCloseTo(before[i][j] / trace, within(tolerance));
        }
      }
    }
  }

  /** Planted errors are found in the angles too. */
  @ParameterizedTest
  @ValueSource(strings = {"arcCosine(order=1)", "nngp(depth=3)", "ntk(depth=2)"})
  void auditComparesAnglesRelatively(String text) {
    Kernel kernel = Kernel.parse(text);
    try (Backend backend = cpu(LaminaConfig.defaults());
        HostMatrix x = random(DType.FLOAT64, 9, 4, 2);
        HostMatrix k = HostMatrix.allocate(DType.FLOAT64, 9, 9);
        HostMatrix t = HostMatrix.allocate(DType.FLOAT64, 9, 9)) {
      backend.gram().compute(kernel, x, x, k, t);
      AuditReport right =
          KernelAudit.of(backend, kernel, x, x, k, Optional.of(t), AuditSettings.of(2000));
      assertThat(right.maxRelativeAngleError().orElseThrow()).isLessThan(1e-13);
      t.set(7, 2, t.get(7, 2) * 1.25);
      AuditReport wrong =
          KernelAudit.of(backend, kernel, x, x, k, Optional.of(t), AuditSettings.of(2000));
      assertThat(wrong.maxRelativeAngleError().orElseThrow()).isCloseTo(0.25, within(1e-12));
      assertThat(wrong.maxRelativeError()).isLessThan(1e-13);
    }
  }

  /** Kernels whose entries take exp, in a solver that multiplies by them many times. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void conjugateGradientsWithExponentialKernelsDoNotDependOnThreads(DType dtype) {
    for (String text :
        List.of(
            "gaussian(lengthScale=8)", "laplace(lengthScale=8)", "matern(nu=1.5, lengthScale=8)")) {
      double[][] one = solution(text, dtype, 1);
      for (int threads : new int[] {2, 3}) {
        assertThat(solution(text, dtype, threads))
            .as("%s with %d threads", text, threads)
            .isDeepEqualTo(one);
      }
    }
  }

  private static double[][] solution(String text, DType dtype, int threads) {
    IterativeSettings settings = new IterativeSettings(0.1, Precision.of(dtype), 1e-3, 300, 30);
    LaminaConfig config = LaminaConfig.defaults().withCpuThreads(threads);
    try (Backend backend = cpu(config);
        HostMatrix x = random(dtype, 700, 10, 3);
        HostMatrix y = random(DType.FLOAT64, 700, 2, 4);
        IterativeRegression model =
            IterativeRegression.fit(backend, Kernel.parse(text), x, y, settings, Progress.NONE);
        HostMatrix mean = model.mean(x)) {
      assertThat(model.convergence().converged()).isTrue();
      assertThat(Arrays.stream(mean.toArray()[0]).anyMatch(v -> v != 0)).isTrue();
      return mean.toArray();
    }
  }
}
