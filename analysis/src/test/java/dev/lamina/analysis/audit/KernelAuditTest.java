package dev.lamina.analysis.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.regression.NaiveBackend;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Errors of known size are planted in a linear kernel's matrix and must be found. */
class KernelAuditTest {
  private static final Kernel LINEAR = Kernel.parse("linear(offset=1)");
  private static final int N = 23;
  private static final int M = 17;
  private static final int ALL = N * M;

  private final Backend backend = new NaiveBackend();
  private final double[][] xs = random(N, 1);
  private final double[][] zs = random(M, 2);

  private static double[][] random(int rows, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    double[][] values = new double[rows][5];
    for (double[] row : values) {
      Arrays.setAll(row, j -> random.nextGaussian());
    }
    return values;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  private static double linear(double[] a, double[] b) {
    return 1 + dot(a, b);
  }

  /** The right matrix with one entry moved. */
  private HostMatrix moved(int row, int col, double by) {
    HostMatrix k = HostMatrix.allocate(DType.FLOAT64, N, M);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < M; j++) {
        k.set(i, j, linear(xs[i], zs[j]));
      }
    }
    k.set(row, col, k.get(row, col) + by);
    return k;
  }

  private AuditReport audit(HostMatrix values, AuditSettings settings) {
    try (HostMatrix x = HostMatrix.of(xs);
        HostMatrix z = HostMatrix.of(zs)) {
      return KernelAudit.of(backend, LINEAR, x, z, values, Optional.empty(), settings);
    }
  }

  @Test
  void theRightMatrixHasNoErrorBeyondRounding() {
    try (HostMatrix right = moved(0, 0, 0)) {
      AuditReport report = audit(right, AuditSettings.of(ALL));
      assertThat(report.pairs()).isEqualTo(ALL);
      assertThat(report.mostParallel()).isEqualTo(64);
      assertThat(report.maxRelativeError()).isLessThan(1e-15);
      assertThat(report.maxRelativeAngleError()).isEmpty();
    }
  }

  @Test
  void anErrorIsFoundPlacedAndScaled() {
    double by = -1e-3;
    try (HostMatrix wrong = moved(19, 4, by)) {
      AuditReport report = audit(wrong, AuditSettings.of(ALL));
      double scale = Math.sqrt(linear(xs[19], xs[19]) * linear(zs[4], zs[4]));
      double want = linear(xs[19], zs[4]);
      assertThat(report.maxRelativeError()).isCloseTo(Math.abs(by) / scale, within(1e-14));
      assertThat(report.maxEntryError())
          .isCloseTo(Math.abs(by / want), within(1e-12 / Math.abs(want)));
      assertThat(report.worst().row()).isEqualTo(19);
      assertThat(report.worst().col()).isEqualTo(4);
      assertThat(report.worst().got() - report.worst().want()).isCloseTo(by, within(1e-14));
    }
  }

  @Test
  void oneNanCannotHide() {
    try (HostMatrix wrong = moved(3, 16, Double.NaN)) {
      AuditReport report = audit(wrong, AuditSettings.of(ALL));
      assertThat(report.maxRelativeError()).isNaN();
      assertThat(report.worst().row()).isEqualTo(3);
      assertThat(report.worst().col()).isEqualTo(16);
    }
  }

  @Test
  void sameSeedSamePairs() {
    try (HostMatrix wrong = moved(0, 0, 1)) {
      AuditSettings few = new AuditSettings(100, 10, 5);
      assertThat(audit(wrong, few)).isEqualTo(audit(wrong, few));
    }
  }

  /** With as many pairs as are to be parallel, nothing is left to chance. */
  @Test
  void theMostParallelPairsAreAmongThoseChecked() {
    List<Pair> byCosine = new ArrayList<>();
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < M; j++) {
        byCosine.add(new Pair(i, j));
      }
    }
    byCosine.sort(
        Comparator.comparingDouble(p ->
            -dot(xs[(int) p.row()], zs[(int) p.col()])
                / Math.sqrt(
                    dot(xs[(int) p.row()], xs[(int) p.row()])
                        * dot(zs[(int) p.col()], zs[(int) p.col()]))));
    try (HostMatrix x = HostMatrix.of(xs);
        HostMatrix z = HostMatrix.of(zs)) {
      assertThat(ParallelPairs.find(backend, x, z, 12)).isEqualTo(byCosine.subList(0, 12));
    }
    Pair last = byCosine.get(11);
    try (HostMatrix wrong = moved((int) last.row(), (int) last.col(), 0.5)) {
      AuditReport report = audit(wrong, new AuditSettings(12, 12, 1));
      assertThat(report.worst().row()).isEqualTo(last.row());
      assertThat(report.worst().col()).isEqualTo(last.col());
    }
    Pair next = byCosine.get(12);
    try (HostMatrix wrong = moved((int) next.row(), (int) next.col(), 0.5)) {
      assertThat(audit(wrong, new AuditSettings(12, 12, 1)).maxRelativeError()).isLessThan(1e-15);
    }
  }

  @Test
  void inASymmetricMatrixRowsAreNotPairedWithThemselves() {
    try (HostMatrix x = HostMatrix.of(xs)) {
      List<Pair> pairs = ParallelPairs.find(backend, x, x, N * N);
      assertThat(pairs).hasSize(N * (N - 1) / 2).allMatch(p -> p.row() > p.col());
    }
  }

  @Test
  void zeroRowsHaveNoDirection() {
    try (HostMatrix x = HostMatrix.of(new double[][] {{0, 0}, {1, 0}, {1, 1}})) {
      assertThat(ParallelPairs.find(backend, x, x, 9)).containsExactly(new Pair(2, 1));
    }
  }

  @Test
  void shapesAndNumbersAreChecked() {
    try (HostMatrix small = HostMatrix.allocate(DType.FLOAT64, N, M - 1)) {
      assertThatThrownBy(() -> audit(small, AuditSettings.of(5)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("23×17")
          .hasMessageContaining("23×16");
    }
    assertThatThrownBy(() -> AuditSettings.of(0)).hasMessageContaining("pairs must be ≥ 1");
    assertThatThrownBy(() -> new AuditSettings(3, 4, 1)).hasMessageContaining("3 and 4");
  }
}
