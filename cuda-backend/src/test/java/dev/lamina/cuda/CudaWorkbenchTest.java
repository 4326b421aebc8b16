package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Availability;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a benchmark times is right, and what it reads of the device is there. */
class CudaWorkbenchTest {
  private static final int N = 131;
  private static final int D = 37;
  private static final Kernel KERNEL = Kernel.parse("ntk(depth=3)");

  private CudaWorkbench bench;

  @BeforeEach
  @SuppressWarnings("SystemOut") // a skipped test must be seen
  void open() {
    LaminaConfig config = LaminaConfig.defaults();
    if (new EmulatedBackendProvider(1, 1, 0).probe(config) instanceof Availability.Unavailable u) {
      System.out.println("SKIPPED: " + u.detail());
      Assumptions.abort(u.detail());
    }
    bench = CudaWorkbench.emulated(config, 16 << 20);
  }

  @AfterEach
  void close() {
    if (bench != null) {
      bench.close();
    }
  }

  private double[][] compute(GramOps gram, HostMatrix x) {
    try (DeviceMatrix rows = bench.backend().upload(x);
        DeviceMatrix out = bench.backend().allocate(x.dtype(), x.rows(), x.rows());
        HostMatrix read = HostMatrix.allocate(x.dtype(), x.rows(), x.rows())) {
      bench.fill(out, Double.NaN);
      gram.compute(KERNEL, rows, rows, out);
      bench.backend().download(out, read);
      return read.toArray();
    }
  }

  private double[][] exact(HostMatrix x) {
    try (HostMatrix wide = x.copy(DType.FLOAT64)) {
      return compute(bench.backend().gram(), wide);
    }
  }

  private static double worst(double[][] got, double[][] want) {
    double worst = 0;
    for (int i = 0; i < want.length; i++) {
      for (int j = 0; j < want.length; j++) {
        double scale = Math.sqrt(want[i][i] * want[j][j]);
        worst = Math.max(worst, Math.abs(got[i][j] - want[i][j]) / scale);
      }
    }
    return worst;
  }

  @ParameterizedTest
  @EnumSource(KernelArithmetic.class)
  void everyArithmeticIsAsAccurateAsItsName(KernelArithmetic arithmetic) {
    try (HostMatrix x = EmulatedDeviceTest.random(DType.FLOAT32, N, D, 1)) {
      double error = worst(compute(bench.fused(arithmetic), x), exact(x));
      double float32 = 16 * DType.FLOAT32.unitRoundoff() * Math.sqrt(D);
      if (arithmetic == KernelArithmetic.TF32) {
        assertThat(error).isBetween(float32, 0.01);
      } else {
        assertThat(error).isLessThanOrEqualTo(float32);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void separateProductsGiveTheSameMatrix(DType dtype) {
    try (HostMatrix x = EmulatedDeviceTest.random(dtype, N, D, 2)) {
      double[][] want = exact(x);
      double allowed = 16 * dtype.unitRoundoff() * Math.sqrt(D);
      for (long edge : new long[] {N, 64, 50}) {
        double[][] got = compute(bench.separate(edge), x);
        assertThat(worst(got, want)).as("edge " + edge).isLessThanOrEqualTo(allowed);
        for (int i = 0; i < N; i++) {
          for (int j = 0; j < i; j++) {
            assertThat(got[j][i]).isEqualTo(got[i][j]);
          }
        }
      }
    }
  }

  @Test
  void rowProductsByLibraryAreRowProducts() {
    try (HostMatrix x = EmulatedDeviceTest.random(DType.FLOAT64, N, D, 3);
        DeviceMatrix rows = bench.backend().upload(x);
        DeviceMatrix out = bench.backend().allocate(DType.FLOAT64, N, N);
        HostMatrix got = HostMatrix.allocate(DType.FLOAT64, N, N);
        HostMatrix want = HostMatrix.allocate(DType.FLOAT64, N, N)) {
      bench.backend().gram().rowProducts(x, 1, 0, want);
      for (long edge : new long[] {N, 50}) {
        bench.fill(out, Double.NaN);
        bench.rowProductsByLibrary(rows, out, edge);
        bench.backend().download(out, got);
        assertThat(worst(got.toArray(), want.toArray()))
            .as("edge " + edge)
            .isLessThanOrEqualTo(16 * DType.FLOAT64.unitRoundoff() * Math.sqrt(D));
      }
    }
  }

  @Test
  void clocksAndMemoryAreRead() {
    try (HostMatrix x = EmulatedDeviceTest.random(DType.FLOAT32, N, D, 4);
        DeviceMatrix rows = bench.backend().upload(x);
        DeviceMatrix copy = bench.backend().allocate(DType.FLOAT32, N, D);
        DeviceMatrix out = bench.backend().allocate(DType.FLOAT32, N, N);
        HostMatrix read = HostMatrix.allocate(DType.FLOAT32, N, D)) {
      bench.resetPeak();
      double all =
          bench.milliseconds(() -> bench.backend().gram().compute(KERNEL, rows, rows, out));
      assertThat(bench.peakBytes()).isBetween(4L * N * N, 4L << 20);
      Map<String, Double> launches =
          bench.profile(() -> bench.backend().gram().compute(KERNEL, rows, rows, out));
      assertThat(launches).containsOnlyKeys("gram_f32_uniform", "row_norms_squared_f32");
      assertThat(launches.get("gram_f32_uniform")).isPositive();
      assertThat(all).isPositive();
      bench.copy(rows, copy);
      bench.backend().download(copy, read);
      assertThat(Arrays.deepEquals(read.toArray(), x.toArray())).isTrue();
      assertThatThrownBy(() -> bench.copy(rows, out)).hasMessageContaining("131×131");
      try (CudaWorkbench.HostCopies copies = bench.hostCopies(1 << 16)) {
        assertThat(copies.toDevice() + copies.toHost()).isPositive();
      }
    }
    assertThat(bench.emulated()).isTrue();
    assertThat(bench.hasVendorBlas()).isFalse();
    assertThat(bench.setTensorFloat32(true)).isFalse();
  }

  @Test
  void aMissingGpuIsOneLine() {
    LaminaConfig config = LaminaConfig.defaults();
    Assumptions.assumeTrue(
        new CudaBackendProvider().probe(config) instanceof Availability.Unavailable,
        "this machine has a GPU");
    assertThatThrownBy(() -> CudaWorkbench.open(config))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the cuda backend is unavailable: ")
        .hasMessageNotContaining("\n");
  }
}
