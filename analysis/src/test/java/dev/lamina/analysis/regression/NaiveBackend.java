package dev.lamina.analysis.regression;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.SolveOps;

/**
 * A backend of plain loops over host matrices, so that analyses can be tested without a real one.
 */
public final class NaiveBackend implements Backend {
  private final MemoryBudget budget;
  private final NaiveGram gram = new NaiveGram();
  private final NaiveSolve solve = new NaiveSolve();

  NaiveBackend(long budget) {
    this.budget = new MemoryBudget(budget);
  }

  public NaiveBackend() {
    this(1L << 30);
  }

  @Override
  public BackendId id() {
    return BackendId.CPU;
  }

  @Override
  public DeviceInfo device() {
    return new DeviceInfo("plain loops", 0, 1, "for tests");
  }

  @Override
  public DeviceMatrix allocate(DType dtype, long rows, long cols) {
    throw new UnsupportedOperationException("the naive backend has no device memory");
  }

  @Override
  public DeviceMatrix upload(HostMatrix source) {
    throw new UnsupportedOperationException("the naive backend has no device memory");
  }

  @Override
  public void download(DeviceMatrix source, HostMatrix target) {
    throw new UnsupportedOperationException("the naive backend has no device memory");
  }

  @Override
  public GramOps gram() {
    return gram;
  }

  /** Returns how many times the kernels of networks were computed. */
  int neuralPasses() {
    return gram.neuralPasses();
  }

  @Override
  public LayerOps layers() {
    throw new UnsupportedOperationException("the naive backend has no layers");
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
  public void close() {}
}
