package dev.lamina.cuda;

import static dev.lamina.cuda.CublasCall.require;

import dev.lamina.matrix.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jcuda.driver.CUstream;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/** cuBLAS of CUDA 12 through JCublas. */
final class JCublasLibrary implements DeviceBlas {
  private final cublasHandle handle = new cublasHandle();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment alpha = arena.allocate(Double.BYTES, Double.BYTES);
  private final MemorySegment beta = arena.allocate(Double.BYTES, Double.BYTES);
  private final String description;

  /**
   * Opens a handle.
   *
   * @param stream the stream that products are put into
   * @throws LinkageError if JCublas or its libcublas.so.12 does not load
   */
  JCublasLibrary(CUstream stream) {
    require(JCublas2.cublasCreate(handle), "open cuBLAS");
    require(JCublas2.cublasSetStream(handle, new cudaStream_t(stream)), "give cuBLAS a stream");
    setTensorFloat32(false);
    require(
        JCublas2.cublasSetPointerMode(handle, CublasCall.HOST_FACTORS),
        "set cuBLAS's pointer mode");
    int[] version = new int[1];
    require(JCublas2.cublasGetVersion(handle, version), "ask cuBLAS for its version");
    description = "cuBLAS %s (JCublas)".formatted(CublasLibrary.versionText(version[0]));
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
    CublasCall c = CublasCall.of(a, transposeA, b, transposeB, out);
    int status;
    if (out.dtype() == DType.FLOAT32) {
      alpha.set(ValueLayout.JAVA_FLOAT, 0, (float) factor);
      beta.set(ValueLayout.JAVA_FLOAT, 0, (float) keep);
      status =
          JCublas2.cublasSgemm(
              handle,
              c.transFirst(),
              c.transSecond(),
              c.m(),
              c.n(),
              c.k(),
              DeviceAddress.host(alpha),
              DeviceAddress.device(c.first()),
              c.ldFirst(),
              DeviceAddress.device(c.second()),
              c.ldSecond(),
              DeviceAddress.host(beta),
              DeviceAddress.device(c.out()),
              c.ldOut());
    } else {
      alpha.set(ValueLayout.JAVA_DOUBLE, 0, factor);
      beta.set(ValueLayout.JAVA_DOUBLE, 0, keep);
      status =
          JCublas2.cublasDgemm(
              handle,
              c.transFirst(),
              c.transSecond(),
              c.m(),
              c.n(),
              c.k(),
              DeviceAddress.host(alpha),
              DeviceAddress.device(c.first()),
              c.ldFirst(),
              DeviceAddress.device(c.second()),
              c.ldSecond(),
              DeviceAddress.host(beta),
              DeviceAddress.device(c.out()),
              c.ldOut());
    }
    require(status, "cuBLAS product of %d×%d×%d".formatted(c.n(), c.k(), c.m()));
  }

  @Override
  public boolean setTensorFloat32(boolean allowed) {
    int mode = allowed ? CublasCall.TF32_MATH : CublasCall.DEFAULT_MATH;
    require(JCublas2.cublasSetMathMode(handle, mode), "set cuBLAS's math mode");
    return true;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
      require(JCublas2.cublasDestroy(handle), "close cuBLAS");
    }
  }
}
