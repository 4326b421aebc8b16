package dev.lamina.contract;

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
import java.util.ArrayList;
import java.util.List;

/** The {@code cpu} backend with at most one flaw. */
final class BrokenBackend implements Backend {
  private final Backend right;
  private final Flaw flaw;
  private final List<HostMatrix> leaks = new ArrayList<>();
  private final boolean singleThread;

  private BrokenBackend(Backend right, Flaw flaw, boolean singleThread) {
    this.right = right;
    this.flaw = flaw;
    this.singleThread = singleThread;
  }

  /**
   * Opens the backend.
   *
   * @param flaw what to get wrong; null for nothing
   */
  static Backend open(LaminaConfig config, Flaw flaw) {
    boolean generous = flaw == Flaw.BUDGET_IGNORED || flaw == Flaw.TINY_BUDGET_IGNORED;
    LaminaConfig used = generous ? config.withMemoryBudget(1L << 30) : config;
    Backend right = ContractBackends.open(BackendId.CPU, used);
    return new BrokenBackend(right, flaw, config.cpuThreads() == 1);
  }

  @Override
  public GramOps gram() {
    Flaw shown = flaw;
    if (flaw == Flaw.BITS_DEPEND_ON_THREADS) {
      shown = singleThread ? null : Flaw.NOT_SYMMETRIC;
    } else if (flaw == Flaw.ADJOINT_DEPENDS_ON_THREADS) {
      shown = singleThread ? null : flaw;
    }
    return new BrokenGram(right.gram(), shown, leaks);
  }

  @Override
  public LayerOps layers() {
    return new BrokenLayers(right.layers(), flaw, singleThread);
  }

  @Override
  public SolveOps solve() {
    return new BrokenSolve(right.solve(), flaw);
  }

  @Override
  public BackendId id() {
    return right.id();
  }

  @Override
  public DeviceInfo device() {
    return right.device();
  }

  @Override
  public DeviceMatrix allocate(DType dtype, long rows, long cols) {
    return right.allocate(dtype, rows, cols);
  }

  @Override
  public DeviceMatrix upload(HostMatrix source) {
    return right.upload(source);
  }

  @Override
  public void download(DeviceMatrix source, HostMatrix target) {
    right.download(source, target);
  }

  @Override
  public MemoryBudget budget() {
    return right.budget();
  }

  @Override
  public void synchronize() {
    right.synchronize();
  }

  @Override
  public void close() {
    leaks.forEach(HostMatrix::close);
    right.close();
  }
}
