package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.Jitter;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a benchmark lets OpenBLAS do by itself is what our own operations do. */
class CpuWorkbenchTest {
  private static final int N = 301;
  private static final int D = 37;

  private final CpuWorkbench bench = CpuWorkbench.open(LaminaConfig.defaults().withCpuThreads(2));

  @AfterEach
  void close() {
    bench.close();
  }

  private static HostMatrix random(DType dtype, int rows, int cols) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
    HostMatrix m = HostMatrix.allocate(dtype, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m.set(i, j, random.nextDouble() - 0.5);
      }
    }
    return m;
  }

  private static void assertClose(DeviceMatrix got, DeviceMatrix want, boolean lower) {
    HostMatrix g = CpuMatrix.host(got);
    HostMatrix w = CpuMatrix.host(want);
    double allowed = 64 * got.dtype().unitRoundoff() * Math.sqrt(N);
    for (long i = 0; i < g.rows(); i++) {
      for (long j = 0; j < (lower ? i + 1 : g.cols()); j++) {
        double error = Math.abs(g.get(i, j) - w.get(i, j)) / (1 + Math.abs(w.get(i, j)));
        if (!(error <= allowed)) { // so written that a NaN fails
          fail("entry %d, %d is %s and not %s", i, j, g.get(i, j), w.get(i, j));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void theLibraryMultipliesWholeOrInTiles(DType dtype) {
    try (HostMatrix numbers = random(dtype, N, D);
        DeviceMatrix x = bench.backend().upload(numbers);
        DeviceMatrix want = bench.backend().allocate(dtype, N, N);
        DeviceMatrix got = bench.backend().allocate(dtype, N, N)) {
      bench.backend().gram().rowProducts(x, 1, 0, want);
      for (long edge : new long[] {N, 1000, 128, 50}) {
        bench.fill(got, Double.NaN);
        bench.rowProductsByLibrary(x, got, edge);
        assertClose(got, want, false);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void theLibraryMultipliesTheLowerTriangleAlone(DType dtype) {
    int n = 1100; // three rows of tiles
    try (HostMatrix numbers = random(dtype, n, D);
        DeviceMatrix x = bench.backend().upload(numbers);
        DeviceMatrix want = bench.backend().allocate(dtype, n, n);
        DeviceMatrix got = bench.backend().allocate(dtype, n, n)) {
      bench.backend().gram().rowProducts(x, 1, 0, want);
      bench.fill(got, Double.NaN);
      bench.lowerProductsByLibrary(x, got);
      assertClose(got, want, true);
      assertThat(CpuMatrix.host(got).get(0, n - 1)).isNaN();
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void theLibraryFactorsAndSolves(DType dtype) {
    try (HostMatrix numbers = random(dtype, N, D);
        HostMatrix right = random(dtype, N, 3);
        DeviceMatrix x = bench.backend().upload(numbers);
        DeviceMatrix a = bench.backend().allocate(dtype, N, N);
        DeviceMatrix want = bench.backend().allocate(dtype, N, N);
        DeviceMatrix solution = bench.backend().upload(right);
        DeviceMatrix wantSolution = bench.backend().upload(right)) {
      bench.backend().gram().rowProducts(x, 1, 0, a);
      bench.backend().gram().addToDiagonal(1, a);
      bench.copy(a, want);
      bench.backend().solve().cholesky(want, Jitter.NONE);
      bench.choleskyByLibrary(a);
      assertClose(a, want, true);
      bench.backend().solve().solve(want, wantSolution);
      bench.solveByLibrary(a, solution);
      assertClose(solution, wantSolution, false);
    }
  }

  @Test
  void aMatrixThatIsNotPositiveIsRefused() {
    try (DeviceMatrix a = bench.backend().allocate(DType.FLOAT64, N, N)) {
      bench.fill(a, 1);
      bench.backend().gram().addToDiagonal(-2, a);
      assertThatThrownBy(() -> bench.choleskyByLibrary(a))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("pivot 0")
          .hasMessageContaining("301×301");
    }
  }

  @Test
  void onlyMatricesOfOneShapeAreCopied() {
    try (DeviceMatrix a = bench.backend().allocate(DType.FLOAT32, 4, 5);
        DeviceMatrix b = bench.backend().allocate(DType.FLOAT32, 5, 4);
        DeviceMatrix c = bench.backend().allocate(DType.FLOAT64, 4, 5)) {
      assertThatThrownBy(() -> bench.copy(a, b)).isInstanceOf(ShapeException.class);
      assertThatThrownBy(() -> bench.copy(a, c)).isInstanceOf(ShapeException.class);
    }
  }

  @Test
  void clocksAndMemoryAreRead() {
    assertThat(bench.freeBytes())
        .isPositive()
        .isLessThanOrEqualTo(bench.backend().device().memoryBytes());
    assertThat(bench.milliseconds(() -> {})).isNotNegative();
    assertThat(bench.library()).contains("OpenBLAS", "2 threads of its own");
    assertThat(CpuWorkbench.processor()).isNotBlank();
  }
}
