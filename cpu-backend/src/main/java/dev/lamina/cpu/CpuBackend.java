package dev.lamina.cpu;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.SolveOps;

/** The operations on the processor. Everything is done when a call returns. */
final class CpuBackend implements Backend {
  private final DeviceInfo device;
  private final Workers workers;
  private final MemoryBudget budget;
  private final GramOps gram;
  private final LayerOps layers;
  private final SolveOps solve;

  CpuBackend(DeviceInfo device, LaminaConfig config) {
    this.device = device;
    this.workers = new Workers(config.cpuThreads());
    this.budget = new MemoryBudget(config.memoryBudget());
    this.gram = new CpuGramOps(workers, budget);
    this.layers = new CpuLayerOps(workers);
    this.solve = new CpuSolveOps(gram, workers, budget);
  }

  /** Returns the threads that operations share out their work to. */
  Workers workers() {
    return workers;
  }

  @Override
  public BackendId id() {
    return BackendId.CPU;
  }

  @Override
  public DeviceInfo device() {
    return device;
  }

  @Override
  public DeviceMatrix allocate(DType dtype, long rows, long cols) {
    return new CpuMatrix(HostMatrix.allocate(dtype, rows, cols));
  }

  @Override
  public DeviceMatrix upload(HostMatrix source) {
    return new CpuMatrix(source.copy(source.dtype()));
  }

  @Override
  public void download(DeviceMatrix source, HostMatrix target) {
    target.copyFrom(CpuMatrix.host(source));
  }

  @Override
  public GramOps gram() {
    return gram;
  }

  @Override
  public LayerOps layers() {
    return layers;
  }

  @Override
  public SolveOps solve() {
    return solve;
  }

  @Override
  public MemoryBudget budget() {
    return budget;
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {
    workers.close();
  }
}
