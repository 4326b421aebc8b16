package dev.lamina.benchmarks;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cuda.CudaWorkbench;
import dev.lamina.cuda.KernelArithmetic;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A GPU, beside cuBLAS. */
final class CudaBench implements Workbench {
  private final CudaWorkbench cuda;

  CudaBench(CudaWorkbench cuda) {
    this.cuda = cuda;
  }

  @Override
  public Backend backend() {
    return cuda.backend();
  }

  @Override
  public boolean emulated() {
    return cuda.emulated();
  }

  @Override
  public String library() {
    return cuda.blas();
  }

  @Override
  public boolean hasVendorLibrary() {
    return cuda.hasVendorBlas();
  }

  @Override
  public long freeBytes() {
    return cuda.freeBytes();
  }

  @Override
  public long peakBytes() {
    return cuda.peakBytes();
  }

  @Override
  public void resetPeak() {
    cuda.resetPeak();
  }

  @Override
  public double milliseconds(Runnable work) {
    return cuda.milliseconds(work);
  }

  @Override
  public Map<String, Double> profile(Runnable work) {
    return cuda.profile(work);
  }

  @Override
  public void rowProductsByLibrary(DeviceMatrix x, DeviceMatrix out, long edge) {
    cuda.rowProductsByLibrary(x, out, edge);
  }

  @Override
  public void lowerProductsByLibrary(DeviceMatrix x, DeviceMatrix out, long edge) {
    cuda.lowerProductsByLibrary(x, out, edge);
  }

  @Override
  public Optional<LibrarySolver> librarySolver() {
    return Optional.empty();
  }

  @Override
  public boolean setTensorFloat32(boolean allowed) {
    return cuda.setTensorFloat32(allowed);
  }

  @Override
  public void fill(DeviceMatrix m, double value) {
    cuda.fill(m, value);
  }

  @Override
  public void copy(DeviceMatrix from, DeviceMatrix to) {
    cuda.copy(from, to);
  }

  @Override
  public Optional<PinnedCopies> pinnedCopies(long bytes) {
    CudaWorkbench.HostCopies copies = cuda.hostCopies(bytes);
    return Optional.of(
        new PinnedCopies() {
          @Override
          public double toDevice() {
            return copies.toDevice();
          }

          @Override
          public double toHost() {
            return copies.toHost();
          }

          @Override
          public void close() {
            copies.close();
          }
        });
  }

  @Override
  public List<KernelWay> ways(DType dtype, long edge) {
    List<KernelWay> ways = new ArrayList<>();
    ways.add(new KernelWay("", backend().gram(), Unit.of(dtype), false));
    if (dtype == DType.FLOAT32) {
      for (KernelArithmetic a : KernelArithmetic.values()) {
        Unit unit =
            switch (a) {
              case CONFIGURED, FLOAT32 -> Unit.FLOAT32;
              case FLOAT64_PRODUCTS, FLOAT64 -> Unit.FLOAT64;
              case TF32X3 -> Unit.TF32X3;
              case TF32 -> Unit.TF32;
            };
        boolean tensor = unit == Unit.TF32 || unit == Unit.TF32X3;
        if (a != KernelArithmetic.CONFIGURED && (!tensor || cuda.hasTensorFloat32())) {
          ways.add(new KernelWay("fused, " + a.text(), cuda.fused(a), unit, false));
        }
      }
    }
    ways.add(new KernelWay(KernelWay.SEPARATE, cuda.separate(edge), Unit.of(dtype), true));
    return ways;
  }

  @Override
  public Optional<Workbench> onOneThread(LaminaConfig config) {
    return Optional.empty();
  }

  @Override
  public void close() {
    cuda.close();
  }
}
