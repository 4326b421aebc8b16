package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.DeviceException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * cuBLAS through the foreign-function API, against a recording stand-in that computes on the host.
 */
class CublasLibraryTest {
  private static final long STREAM = 4711;

  @TempDir static Path folder;

  private static SymbolLookup symbols;

  @BeforeAll
  @SuppressWarnings("restricted") // loading a library is what is tested
  static void compile() throws IOException {
    Path library = folder.resolve("libcublas.so.13");
    NativeFakes.compile("recording_cublas.cpp", library);
    symbols = SymbolLookup.libraryLookup(library, Arena.global());
    setEnvironment("RECORDING_CUBLAS_LOG", log().toString());
  }

  private static Path log() {
    return folder.resolve("calls");
  }

  /** Java's own copy of the environment is not what native code sees. */
  @SuppressWarnings("restricted")
  private static void setEnvironment(String name, String value) {
    try (Arena arena = Arena.ofConfined()) {
      Linker linker = Linker.nativeLinker();
      int status =
          (int)
              linker
                  .downcallHandle(
                      linker.defaultLookup().findOrThrow("setenv"),
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.ADDRESS,
                          ValueLayout.ADDRESS,
                          ValueLayout.JAVA_INT))
                  .invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
      assertThat(status).isZero();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static CublasLibrary open() {
    return new CublasLibrary(symbols, "a test", STREAM);
  }

  @Test
  void pinsStreamAndModesAndClosesOnce() throws IOException {
    Files.deleteIfExists(log());
    CublasLibrary blas = open();
    assertThat(blas.description()).isEqualTo("cuBLAS 13.2.0 (a test)");
    blas.close();
    blas.close();
    assertThat(Files.readAllLines(log()))
        .containsExactly("create", "stream 4711", "math mode 0", "pointer mode 0", "destroy 4660");
  }

  @Test
  void thePlaceThatIsThereIsLoaded() {
    String library = folder.resolve("libcublas.so.13").toString();
    assertThat(DriverLibrary.preload(List.of("libno.such.so.1", "/no/such/place.so", library)))
        .contains(library);
    assertThat(DriverLibrary.preload(List.of("libno.such.so.1"))).isEmpty();
  }

  @Test
  void tensorFloat32IsAModeOfItsOwn() throws IOException {
    Files.deleteIfExists(log());
    try (CublasLibrary blas = open()) {
      assertThat(blas.setTensorFloat32(true)).isTrue();
      assertThat(blas.setTensorFloat32(false)).isTrue();
    }
    assertThat(Files.readAllLines(log()))
        .containsSubsequence("math mode 0", "math mode 3", "math mode 0");
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void multipliesRowMajorMatrices(DType dtype) throws IOException {
    Files.deleteIfExists(log());
    int m = 3;
    int k = 5;
    int n = 4;
    try (CublasLibrary blas = open()) {
      for (boolean ta : List.of(false, true)) {
        for (boolean tb : List.of(false, true)) {
          requireProduct(blas, dtype, m, k, n, ta, tb);
        }
      }
    }
    String call = dtype == DType.FLOAT32 ? "sgemm" : "dgemm";
    // The factors change places: their letters do too.
    assertThat(Files.readAllLines(log()))
        .containsSubsequence(call + " 0 0", call + " 1 0", call + " 0 1", call + " 1 1");
  }

  private static void requireProduct(
      CublasLibrary blas, DType dtype, int m, int k, int n, boolean ta, boolean tb) {
    try (HostMatrix a = filled(dtype, ta ? k : m, ta ? m : k, 1);
        HostMatrix b = filled(dtype, tb ? n : k, tb ? k : n, 2);
        HostMatrix c = filled(dtype, m, n, 3);
        HostMatrix old = c.copy(dtype)) {
      blas.gemm(block(a), ta, block(b), tb, 0.5, 2, block(c));
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          for (int l = 0; l < k; l++) {
            sum += (ta ? a.get(l, i) : a.get(i, l)) * (tb ? b.get(j, l) : b.get(l, j));
          }
          assertThat(c.get(i, j)).isEqualTo(0.5 * sum + 2 * old.get(i, j));
        }
      }
    }
  }

  /** Small whole numbers: products are exact in either element type. */
  private static HostMatrix filled(DType dtype, int rows, int cols, int seed) {
    HostMatrix m = HostMatrix.allocate(dtype, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m.set(i, j, (i * 7 + j * 3 + seed) % 11 - 5);
      }
    }
    return m;
  }

  private static DeviceBlock block(HostMatrix m) {
    return new DeviceBlock(m.segment().address(), m.dtype(), m.rows(), m.cols(), m.rowStride());
  }

  @Test
  void aFailureNamesOperationStatusAndRemedy() {
    try (CublasLibrary blas = open();
        HostMatrix m = filled(DType.FLOAT32, 4, 4, 1)) {
      DeviceBlock square = new DeviceBlock(m.segment().address(), DType.FLOAT32, 4, 4, 4);
      DeviceBlock tooNarrow = new DeviceBlock(m.segment().address(), DType.FLOAT32, 4, 1, 1);
      assertThatThrownBy(() -> blas.gemm(square, false, tooNarrow, false, 1, 0, square))
          .isInstanceOf(DeviceException.class)
          .hasMessageContainingAll("cuBLAS product of 4×4×4", "CUBLAS_STATUS_INVALID_VALUE (7)");
    }
    assertThatThrownBy(() -> CublasCall.require(3, "open cuBLAS"))
        .hasMessage(
            "open cuBLAS: CUBLAS_STATUS_ALLOC_FAILED (3); free device memory: cuBLAS needs some of its own beside lamina.memory-budget");
  }
}
