package dev.lamina.benchmarks;

import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cpu.CpuWorkbench;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processor, beside OpenBLAS. */
final class CpuBench implements Workbench {
  private final CpuWorkbench cpu;

  CpuBench(CpuWorkbench cpu) {
    this.cpu = cpu;
  }

  @Override
  public Backend backend() {
    return cpu.backend();
  }

  @Override
  public boolean emulated() {
    return false;
  }

  @Override
  public String library() {
    return cpu.library();
  }

  @Override
  public boolean hasVendorLibrary() {
    return true;
  }

  @Override
  public long freeBytes() {
    return cpu.freeBytes();
  }

  @Override
  public long peakBytes() {
    return cpu.backend().budget().peak();
  }

  @Override
  public void resetPeak() {
    cpu.backend().budget().resetPeak();
  }

  @Override
  public double milliseconds(Runnable work) {
    return cpu.milliseconds(work);
  }

  @Override
  public Map<String, Double> profile(Runnable work) {
    work.run();
    return Map.of();
  }

  @Override
  public void rowProductsByLibrary(DeviceMatrix x, DeviceMatrix out, long edge) {
    cpu.rowProductsByLibrary(x, out, edge);
  }

  @Override
  public void lowerProductsByLibrary(DeviceMatrix x, DeviceMatrix out, long edge) {
    cpu.lowerProductsByLibrary(x, out);
  }

  @Override
  public Optional<LibrarySolver> librarySolver() {
    return Optional.of(
        new LibrarySolver() {
          @Override
          public void cholesky(DeviceMatrix a) {
            cpu.choleskyByLibrary(a);
          }

          @Override
          public void solve(DeviceMatrix factor, DeviceMatrix b) {
            cpu.solveByLibrary(factor, b);
          }
        });
  }

  @Override
  public boolean setTensorFloat32(boolean allowed) {
    return false;
  }

  @Override
  public void fill(DeviceMatrix m, double value) {
    cpu.fill(m, value);
  }

  @Override
  public void copy(DeviceMatrix from, DeviceMatrix to) {
    cpu.copy(from, to);
  }

  @Override
  public Optional<PinnedCopies> pinnedCopies(long bytes) {
    return Optional.empty();
  }

  @Override
  public List<KernelWay> ways(DType dtype, long edge) {
    return List.of(new KernelWay("", backend().gram(), Unit.of(dtype), false));
  }

  @Override
  public Optional<Workbench> onOneThread(LaminaConfig config) {
    return Optional.of(new CpuBench(CpuWorkbench.open(config.withCpuThreads(1))));
  }

  @Override
  public void close() {
    cpu.close();
  }
}
