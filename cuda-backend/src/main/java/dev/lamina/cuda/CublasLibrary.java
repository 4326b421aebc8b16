package dev.lamina.cuda;

import static dev.lamina.cuda.CublasCall.require;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lamina.matrix.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * cuBLAS of any version through the foreign-function API, for machines where JCublas cannot load.
 */
final class CublasLibrary implements DeviceBlas {
  private static final FunctionDescriptor OF_HANDLE = FunctionDescriptor.of(JAVA_INT, ADDRESS);
  private static final FunctionDescriptor SET_MODE =
      FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT);
  private static final FunctionDescriptor GEMM =
      FunctionDescriptor.of(
          JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG,
          JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

  private final SymbolLookup symbols;
  private final MethodHandle sgemm;
  private final MethodHandle dgemm;
  private final MethodHandle destroy;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment alpha = arena.allocate(Double.BYTES, Double.BYTES);
  private final MemorySegment beta = arena.allocate(Double.BYTES, Double.BYTES);
  private final MemorySegment handle;
  private final String description;

  /**
   * Opens a handle.
   *
   * @param symbols the loaded library
   * @param where where it was found, for people
   * @param stream handle of the stream that products are put into
   */
  CublasLibrary(SymbolLookup symbols, String where, long stream) {
    this.symbols = symbols;
    sgemm = find("cublasSgemm_v2", GEMM);
    dgemm = find("cublasDgemm_v2", GEMM);
    destroy = find("cublasDestroy_v2", OF_HANDLE);
    MemorySegment created = arena.allocate(ADDRESS);
    require(call(find("cublasCreate_v2", OF_HANDLE), created), "open cuBLAS");
    handle = created.get(ADDRESS, 0);
    FunctionDescriptor setStream = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG);
    require(call(find("cublasSetStream_v2", setStream), handle, stream), "give cuBLAS a stream");
    setMode("cublasSetMathMode", CublasCall.DEFAULT_MATH);
    setMode("cublasSetPointerMode_v2", CublasCall.HOST_FACTORS);
    description = "cuBLAS %s (%s)".formatted(version(), where);
  }

  @SuppressWarnings("restricted") // binding a library is what this class is for
  private MethodHandle find(String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
  }

  private void setMode(String function, int mode) {
    require(call(find(function, SET_MODE), handle, mode), function + "(" + mode + ")");
  }

  private String version() {
    MemorySegment number = arena.allocate(JAVA_INT);
    FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS);
    require(call(find("cublasGetVersion_v2", type), handle, number), "ask cuBLAS for its version");
    return versionText(number.get(JAVA_INT, 0));
  }

  /** Returns 12.6.4 for 120604. */
  static String versionText(int number) {
    return "%d.%d.%d".formatted(number / 10_000, number / 100 % 100, number % 100);
  }

  private static int call(MethodHandle function, Object... arguments) {
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Method handles declare Throwable; cuBLAS throws nothing. */
  private static IllegalStateException unexpected(Throwable e) {
    return new IllegalStateException("a call of cuBLAS failed", e);
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public void gemm(
      DeviceBlock a,
      boolean transposeA,
      DeviceBlock b,
      boolean transposeB,
      double factor,
      double keep,
      DeviceBlock out) {
    if (out.isEmpty()) {
      return;
    }
    boolean single = out.dtype() == DType.FLOAT32;
    if (single) {
      alpha.set(ValueLayout.JAVA_FLOAT, 0, (float) factor);
      beta.set(ValueLayout.JAVA_FLOAT, 0, (float) keep);
    } else {
      alpha.set(ValueLayout.JAVA_DOUBLE, 0, factor);
      beta.set(ValueLayout.JAVA_DOUBLE, 0, keep);
    }
    CublasCall c = CublasCall.of(a, transposeA, b, transposeB, out);
    int status;
    try {
      status =
          (int)
              (single ? sgemm : dgemm)
                  .invokeExact(
                      handle,
                      c.transFirst(),
                      c.transSecond(),
                      c.m(),
                      c.n(),
                      c.k(),
                      alpha,
                      c.first(),
                      c.ldFirst(),
                      c.second(),
                      c.ldSecond(),
                      beta,
                      c.out(),
                      c.ldOut());
    } catch (Throwable e) {
      throw unexpected(e);
    }
    require(status, "cuBLAS product of %d×%d×%d".formatted(c.n(), c.k(), c.m()));
  }

  @Override
  public boolean setTensorFloat32(boolean allowed) {
    setMode("cublasSetMathMode", allowed ? CublasCall.TF32_MATH : CublasCall.DEFAULT_MATH);
    return true;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      int status = call(destroy, handle);
      arena.close();
      require(status, "close cuBLAS");
    }
  }
}
