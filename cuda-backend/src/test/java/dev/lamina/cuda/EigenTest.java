package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.Availability;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jacobi's method on the device against tridiagonal QL on the host: two routes to one answer. */
class EigenTest {
  private static final EmulatedBackendProvider PROVIDER =
      new EmulatedBackendProvider(8 << 20, 1, 0);

  private static DeviceContext context;

  @BeforeAll
  @SuppressWarnings("SystemOut") // a skipped test must be seen
  static void open() {
    LaminaConfig config = LaminaConfig.defaults();
    if (PROVIDER.probe(config) instanceof Availability.Unavailable why) {
      System.out.println("SKIPPED: " + why.detail());
      Assumptions.abort(why.detail());
    }
    context = PROVIDER.openContext(config);
  }

  @AfterAll
  static void close() {
    if (context != null) {
      context.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1,FLOAT64,false",
    "2,FLOAT64,true",
    "3,FLOAT32,false",
    "7,FLOAT32,true",
    "16,FLOAT64,false",
    "33,FLOAT64,true",
    "34,FLOAT32,false"
  })
  void bothMethodsAgree(int n, DType dtype, boolean onDevice) {
    try (HostMatrix a = symmetric(n, dtype);
        HostMatrix vectors = a.copy(dtype);
        HostMatrix values = HostMatrix.allocate(dtype, n, 1);
        HostMatrix again = a.copy(dtype);
        HostMatrix want = HostMatrix.allocate(dtype, n, 1)) {
      jacobi(vectors, values, onDevice);
      try (Workspace workspace = context.workspace("symmetricEigen")) {
        HostEigen.decompose(workspace, again, want, false);
      }
      double error = 50 * dtype.unitRoundoff() * n;
      for (int i = 0; i < n; i++) {
        assertThat(values.get(i, 0)).isCloseTo(want.get(i, 0), within(error));
        requireEigenvector(a, vectors, i, values.get(i, 0), error);
      }
    }
  }

  private static void jacobi(HostMatrix a, HostMatrix values, boolean onDevice) {
    try (var _ = context.turn();
        Workspace workspace = context.workspace("symmetricEigen")) {
      if (onDevice) {
        try (CudaMatrix da = context.allocate(a.dtype(), a.rows(), a.cols());
            CudaMatrix dv = context.allocate(a.dtype(), a.rows(), 1)) {
          context.upload(a, da.block());
          JacobiEigen.decompose(workspace, da, dv, true);
          context.download(da.block(), a);
          context.download(dv.block(), values);
        }
      } else {
        JacobiEigen.decompose(workspace, a, values, true);
      }
    }
  }

  /** ‖v‖ = 1 and A v = λ v. */
  private static void requireEigenvector(
      HostMatrix a, HostMatrix vectors, int row, double value, double error) {
    double squares = 0;
    for (int i = 0; i < a.rows(); i++) {
      double product = 0;
      for (int j = 0; j < a.rows(); j++) {
        product += a.get(i, j) * vectors.get(row, j);
      }
      assertThat(product).isCloseTo(value * vectors.get(row, i), within(error));
      squares += vectors.get(row, i) * vectors.get(row, i);
    }
    assertThat(squares).isCloseTo(1, within(error));
  }

  private static HostMatrix symmetric(int n, DType dtype) {
    HostMatrix a = EmulatedDeviceTest.random(dtype, n, n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        a.set(j, i, a.get(i, j));
      }
    }
    return a;
  }

  @Test
  void numbersMustBeFinite() {
    try (HostMatrix a = symmetric(5, DType.FLOAT64);
        HostMatrix values = HostMatrix.allocate(DType.FLOAT64, 5, 1)) {
      a.set(3, 1, Double.NaN);
      assertThatThrownBy(() -> jacobi(a, values, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("symmetricEigen: a must be finite");
      Matrix bad = a;
      assertThatThrownBy(
              () -> {
                try (Workspace workspace = context.workspace("symmetricEigen")) {
                  HostEigen.decompose(workspace, bad, values, false);
                }
              })
          .hasMessageContaining("entry (3, 1) is NaN");
    }
  }
}
