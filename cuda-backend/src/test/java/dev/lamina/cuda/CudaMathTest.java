package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.backend.Availability;
import dev.lamina.config.CudaMath;
import dev.lamina.config.LaminaConfig;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every arithmetic of float32 kernel matrices keeps float32 accuracy. */
class CudaMathTest {

  @ParameterizedTest
  @EnumSource(CudaMath.class)
  void keepsFloat32Accuracy(CudaMath math) {
    requireAccuracy(math, "ntk(depth=3)"); // a uniform program, which has functions of its own
    requireAccuracy(math, "ntk(depth=3, biasVariance=0.1)");
  }

  private static void requireAccuracy(CudaMath math, String text) {
    LaminaConfig config = LaminaConfig.defaults();
    EmulatedBackendProvider provider = new EmulatedBackendProvider(8 << 20, 1, 0);
    Assumptions.assumeTrue(provider.probe(config) instanceof Availability.Available);
    int n = 131;
    try (DeviceContext context = provider.openContext(config);
        HostMatrix x = EmulatedDeviceTest.random(DType.FLOAT32, n, 37, 1);
        HostMatrix wide = x.copy(DType.FLOAT64);
        HostMatrix got = HostMatrix.allocate(DType.FLOAT32, n, n);
        HostMatrix want = HostMatrix.allocate(DType.FLOAT64, n, n)) {
      Kernel kernel = Kernel.parse(text);
      OwnBlas blas = new OwnBlas(context);
      new CudaGramOps(context, blas, math).compute(kernel, x, x, got);
      new CudaGramOps(context, blas, math).compute(kernel, wide, wide, want);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double scale = Math.sqrt(want.get(i, i) * want.get(j, j));
          double allowed = 16 * DType.FLOAT32.unitRoundoff() * Math.sqrt(37) * scale;
          assertThat(Math.abs(got.get(i, j) - want.get(i, j))).isLessThanOrEqualTo(allowed);
        }
      }
    }
  }
}
